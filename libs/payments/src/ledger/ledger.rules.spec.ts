import type { Payment, Refund } from '../payments.types';
import {
  capture,
  creditNoteReversal,
  creditNotes,
  gatewayFee,
  refund,
  refundReversal,
  sale,
  typeOf,
} from './ledger.rules';
import type { Posting } from './ledger.types';

const PAYMENT = { id: 'p', reference: 'o', provider: 'sandbox', amountMinor: 2_198, currency: 'USD' } as Payment;
const REFUND = { id: 'r', amountMinor: 700 } as Refund;
const SALE = { reference: 'o', currency: 'USD', netMinor: 1_500, taxMinor: 198, shippingMinor: 500 };

const amounts = ({ lines }: Posting) =>
  Object.fromEntries(lines.map(({ account, amountMinor }) => [account, amountMinor]));
const sum = ({ lines }: Posting) => lines.reduce((total, { amountMinor }) => total + amountMinor, 0);

it('debits what comes in and credits where it is from', () => {
  expect(amounts(capture(PAYMENT))).toEqual({ 'cash:sandbox': 2_198, customers: -2_198 });
  const fee = gatewayFee(PAYMENT, { amountMinor: 59, currency: 'EUR' });
  expect(amounts(fee)).toEqual({ 'fees:sandbox': 59, 'cash:sandbox': -59 });
  expect(fee).toMatchObject({ kind: 'gateway_fee', refId: 'p', reference: 'o' });
  expect(fee.lines.map(({ currency }) => currency)).toEqual(['EUR', 'EUR']);
  expect(gatewayFee(PAYMENT, { amountMinor: 0, currency: 'USD' }).lines).toEqual([]);
  expect(amounts(refund(REFUND, PAYMENT))).toEqual({ customers: 700, 'cash:sandbox': -700 });
  expect(amounts(refundReversal(REFUND, PAYMENT))).toEqual({ customers: -700, 'cash:sandbox': 700 });
  expect(amounts(sale(SALE))).toEqual({
    customers: 2_198,
    'revenue:sales': -1_500,
    'tax:sales': -198,
    'revenue:shipping': -500,
  });
});

it('leaves out lines of nothing, so that what costs nothing has none', () => {
  expect(amounts(sale({ ...SALE, taxMinor: 0 }))).toEqual({
    customers: 2_000,
    'revenue:sales': -1_500,
    'revenue:shipping': -500,
  });
  expect(sale({ ...SALE, netMinor: 0, taxMinor: 0, shippingMinor: 0 }).lines).toEqual([]);
});

describe('creditNotes', () => {
  const refunded = (...parts: Array<[amountMinor: number, creditedTaxMinor?: number]>) =>
    parts.map(([amountMinor, creditedTaxMinor = null], at) => ({ id: `r${at}`, amountMinor, creditedTaxMinor }));

  it('take back tax in proportion, and all of it in the end, however the refunds are cut', () => {
    for (const parts of [[2_198], [1, 2_197], [700, 700, 798], Array<number>(2_198).fill(1)]) {
      const notes = creditNotes(SALE, refunded(...parts.map((part): [number] => [part])));
      expect(notes.map(sum)).toEqual(parts.map(() => 0));
      expect(notes.reduce((total, note) => total + (amounts(note)['tax:sales'] ?? 0), 0)).toBe(SALE.taxMinor);
      expect(notes.reduce((total, note) => total + (amounts(note)['customers'] ?? 0), 0)).toBe(-2_198);
    }
  });

  it('go on where the notes before stopped', () => {
    const first = creditNotes(SALE, refunded([700]));
    const credited = amounts(first[0]!)['tax:sales'] ?? 0;
    const second = creditNotes(SALE, refunded([700, credited], [1_498]));
    expect(second.map(({ refId }) => refId)).toEqual(['r1']);
    expect(credited + (amounts(second[0]!)['tax:sales'] ?? 0)).toBe(SALE.taxMinor);
  });

  it('come to exactly the tax of the sale, though one of them was reversed on the way', () => {
    const tax = (posting: Posting) => amounts(posting)['tax:sales'] ?? 0;
    for (const [came, stayed] of [
      [1, 733],
      [711, 712],
      [5, 6],
    ] as const) {
      const [first, second] = creditNotes(SALE, refunded([came], [stayed])) as [Posting, Posting];
      expect(sum(creditNoteReversal(first))).toBe(0);
      expect(tax(first) + tax(creditNoteReversal(first))).toBe(0);
      const [last] = creditNotes(SALE, refunded([stayed, tax(second)], [2_198 - stayed])) as [Posting];
      expect(tax(second) + tax(last)).toBe(SALE.taxMinor);
    }
  });
});

it('knows what kind of account a code names, and no other codes', () => {
  expect(['cash:sandbox', 'customers', 'revenue:sales', 'tax:sales', 'fees:sandbox'].map(typeOf)).toEqual([
    'asset',
    'liability',
    'income',
    'liability',
    'expense',
  ]);
  expect(() => typeOf('pocket')).toThrow('no "pocket"');
});
