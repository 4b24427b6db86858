import type { Amount, Payment, Refund } from '../payments.types';
import type { AccountType, Posting, PostingLine, Sale } from './ledger.types';

/** The chart of accounts. What a gateway holds and takes has an account for each provider. */
export const ACCOUNTS = {
  /** Money at the gateway. */
  cash: (provider: string) => `cash:${provider}`,
  /** What customers have paid and not yet got for it (a credit), or have got and not yet paid (a debit). */
  customers: 'customers',
  sales: 'revenue:sales',
  shipping: 'revenue:shipping',
  /** What was taken off the revenue again because money went back. */
  returns: 'revenue:returns',
  /** Tax that is owed to the authorities. */
  tax: 'tax:sales',
  fees: (provider: string) => `fees:${provider}`,
};

const TYPES: Record<string, AccountType> = {
  cash: 'asset',
  customers: 'liability',
  revenue: 'income',
  tax: 'liability',
  fees: 'expense',
};

/** What kind of account a code names, by the part before its colon. */
export function typeOf(account: string): AccountType {
  const type = TYPES[account.split(':')[0] ?? ''];
  if (!type) throw new Error(`The chart of accounts has no "${account}".`);
  return type;
}

/** The gateway has taken the money of a payment. */
export function capture({ id, reference, provider, amountMinor, currency }: Payment): Posting {
  const lines = [debit(ACCOUNTS.cash(provider), amountMinor), credit(ACCOUNTS.customers, amountMinor)];
  return { kind: 'capture', refId: id, reference, lines: inCurrency(currency, lines) };
}

/** Whose payment a fee was kept for. */
export type FeePayer = Pick<Payment, 'id' | 'reference' | 'provider'>;

/** The gateway has kept a fee for a payment, in the currency that it pays out, which may be another than the payment's. */
export function gatewayFee({ id, reference, provider }: FeePayer, { amountMinor, currency }: Amount): Posting {
  const lines = [debit(ACCOUNTS.fees(provider), amountMinor), credit(ACCOUNTS.cash(provider), amountMinor)];
  return { kind: 'gateway_fee', refId: id, reference, lines: inCurrency(currency, lines) };
}

/** The gateway has given money back, whoever wanted it. */
export function refund({ id, amountMinor }: Refund, { reference, provider, currency }: Payment): Posting {
  const lines = [debit(ACCOUNTS.customers, amountMinor), credit(ACCOUNTS.cash(provider), amountMinor)];
  return { kind: 'refund', refId: id, reference, lines: inCurrency(currency, lines) };
}

/** A refund has come back: the opposite of what was posted for it. */
export function refundReversal(returned: Refund, payment: Payment): Posting {
  return { ...refund(returned, payment), kind: 'refund_reversal', lines: opposite(refund(returned, payment).lines) };
}

/** What was taken off the revenue for a refund is earned again, as the refund has come back. */
export function creditNoteReversal(note: PostedNote): Posting {
  return { ...note, kind: 'credit_note_reversal', lines: opposite(note.lines) };
}

/** What was paid for is certain: from now on the money is revenue, and the tax is owed. */
export function sale({ reference, currency, netMinor, taxMinor, shippingMinor }: Sale): Posting {
  const lines = [
    debit(ACCOUNTS.customers, netMinor + taxMinor + shippingMinor),
    credit(ACCOUNTS.sales, netMinor),
    credit(ACCOUNTS.tax, taxMinor),
    credit(ACCOUNTS.shipping, shippingMinor),
  ];
  return { kind: 'sale', refId: reference, reference, lines: inCurrency(currency, lines) };
}

/** A refund, and whether it has a credit note already. */
export interface CreditableRefund {
  id: string;
  amountMinor: number;
  /** What its credit note has taken off the tax; null while it has none. */
  creditedTaxMinor: number | null;
}

/** A credit note as it was posted. */
export type PostedNote = Pick<Posting, 'refId' | 'reference' | 'lines'>;

/**
 * Credit notes for the refunds of a sale that have none yet: revenue and tax that are not earned any more. Tax follows
 * what is credited in all, so that the notes of a whole sale come to exactly its tax, however it was cut into parts.
 */
export function creditNotes(sold: Sale, refunds: CreditableRefund[]): Posting[] {
  const totalMinor = sold.netMinor + sold.taxMinor + sold.shippingMinor;
  const isOpen = ({ creditedTaxMinor }: CreditableRefund) => creditedTaxMinor === null;
  let creditedMinor = refunds.reduce((sum, refund) => sum + (isOpen(refund) ? 0 : refund.amountMinor), 0);
  // As posted, not as computed again: a note before these may have been reversed, and the cent of its rounding with it.
  let creditedTaxMinor = refunds.reduce((sum, refund) => sum + (refund.creditedTaxMinor ?? 0), 0);
  return refunds.filter(isOpen).map(({ id, amountMinor }) => {
    creditedMinor += amountMinor;
    const taxMinor = taxWithin(sold, totalMinor, creditedMinor) - creditedTaxMinor;
    creditedTaxMinor += taxMinor;
    const lines = [
      debit(ACCOUNTS.returns, amountMinor - taxMinor),
      debit(ACCOUNTS.tax, taxMinor),
      credit(ACCOUNTS.customers, amountMinor),
    ];
    return { kind: 'credit_note', refId: id, reference: sold.reference, lines: inCurrency(sold.currency, lines) };
  });
}

/** In BigInt: the product goes beyond what a double holds exactly. */
function taxWithin({ taxMinor }: Sale, totalMinor: number, partMinor: number): number {
  return Number((BigInt(taxMinor) * BigInt(partMinor)) / BigInt(totalMinor));
}

type Line = Omit<PostingLine, 'currency'>;

const debit = (account: string, amountMinor: number): Line => ({ account, amountMinor });
const credit = (account: string, amountMinor: number): Line => ({ account, amountMinor: -amountMinor });

const opposite = (lines: PostingLine[]) => lines.map((line) => ({ ...line, amountMinor: -line.amountMinor }));

/** Lines of nothing are left out; what costs nothing has none at all. */
function inCurrency(currency: string, lines: Line[]): PostingLine[] {
  return lines.filter(({ amountMinor }) => amountMinor !== 0).map((line) => ({ ...line, currency }));
}
