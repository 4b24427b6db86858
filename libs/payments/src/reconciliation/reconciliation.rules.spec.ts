import { differencesBetween } from './reconciliation.rules';
import type { ComparedCharge, ComparedPayment } from './reconciliation.types';

const charge: ComparedCharge = {
  ...{ providerRef: 'ch_1', status: 'succeeded', amountMinor: 1_500, currency: 'USD', refundedMinor: 0 },
};
const payment: ComparedPayment = {
  ...{ id: 'p1', reference: 'o1', provider: 'sandbox', providerRef: 'ch_1', status: 'succeeded', wanted: null },
  ...{ amountMinor: 1_500, currency: 'USD', refundedMinor: 0, refundRequestedMinor: 0, isMoving: false },
};
const found = (theirs: Partial<ComparedCharge>, ours: Partial<ComparedPayment> | null) =>
  differencesBetween({ ...charge, ...theirs }, ours && { ...payment, ...ours }).map(
    ({ kind, oursMinor, theirsMinor }) => [kind, oursMinor, theirsMinor],
  );

it.each<[what: string, theirs: Partial<ComparedCharge>, ours: Partial<ComparedPayment> | null]>([
  ['the same', {}, {}],
  ['both authorized', { status: 'authorized' }, { status: 'authorized' }],
  ['a failure on both sides', { status: 'failed' }, { status: 'failed' }],
  ['a closed key', { status: 'voided' }, { status: 'failed' }],
  ['a failed charge of nobody', { status: 'failed' }, null],
  ['a refund that has happened there', { refundedMinor: 500 }, { refundedMinor: 0, refundRequestedMinor: 500 }],
  ['a payment that is still moving', {}, { status: 'processing', isMoving: true }],
])('agrees with %s', (_what, theirs, ours) => {
  expect(found(theirs, ours)).toEqual([]);
});

it.each<[what: string, theirs: Partial<ComparedCharge>, ours: Partial<ComparedPayment> | null, difference: unknown[]]>([
  ['a charge of nobody', {}, null, ['charge_without_payment', 0, 1_500]],
  ['a charge whose payment failed', {}, { status: 'failed' }, ['charge_without_payment', 0, 1_500]],
  [
    'a hold whose payment was voided',
    { status: 'authorized' },
    { status: 'voided' },
    ['charge_without_payment', 0, 1_500],
  ],
  ['a payment whose charge failed', { status: 'failed' }, {}, ['payment_without_charge', 1_500, 0]],
  ['another amount', { amountMinor: 1_400 }, {}, ['amount_differs', 1_500, 1_400]],
  ['another currency', { currency: 'EUR' }, {}, ['amount_differs', 1_500, 1_500]],
  ['a capture that we do not know of', {}, { status: 'authorized' }, ['amount_differs', 0, 1_500]],
  ['a refund that we do not know of', { refundedMinor: 500 }, {}, ['refund_differs', 0, 500]],
  [
    'a refund that has not happened there',
    {},
    { refundedMinor: 500, refundRequestedMinor: 500 },
    ['refund_differs', 500, 0],
  ],
])('reports %s', (_what, theirs, ours, difference) => {
  expect(found(theirs, ours)).toEqual([difference]);
});

it('reports two things about one charge', () => {
  expect(found({ amountMinor: 1_400, refundedMinor: 200 }, {})).toHaveLength(2);
});
