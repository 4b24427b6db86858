import { codeOf, eventOf, listedOf, refundStateOf, stateOf } from './stripe.rules';

const [payment, refund] = ['01900000-0000-7000-8000-00000000000a', '01900000-0000-7000-8000-00000000000b'];
const declined = { code: 'card_declined', decline_code: 'lost_card' };
const intent = {
  ...{
    id: 'pi_1',
    object: 'payment_intent',
    status: 'succeeded',
    amount: 1_500,
    currency: 'usd',
    created: 1_700_000_000,
  },
  metadata: { payment_id: payment },
};

describe('stateOf', () => {
  it.each([
    ['succeeded', null, { kind: 'succeeded', providerRef: 'pi_1' }],
    ['requires_capture', null, { kind: 'authorized', providerRef: 'pi_1' }],
    ['canceled', null, { kind: 'voided', providerRef: 'pi_1' }],
    ['canceled', declined, { kind: 'failed', failureCode: 'lost_card', providerRef: 'pi_1' }],
    ['requires_confirmation', null, { kind: 'unconfirmed' }],
    ['requires_payment_method', declined, { kind: 'declined', failureCode: 'lost_card' }],
    ['requires_action', null, { kind: 'declined', failureCode: 'authentication_required' }],
    ['processing', null, { kind: 'unknown', why: 'in_progress' }],
    ['of_tomorrow', null, { kind: 'unknown', why: 'in_progress' }],
  ])('reads %s', (status, problem, state) => {
    expect(stateOf({ ...intent, status, last_payment_error: problem })).toEqual(state);
  });
});

it('names the bank’s own reason where it gives one', () => {
  expect(codeOf({ code: 'card_declined', decline_code: 'generic_decline' })).toBe('card_declined');
  expect(codeOf({ code: 'expired_card' })).toBe('expired_card');
  expect(codeOf({})).toBe('card_declined');
});

it.each([
  ['succeeded', { kind: 'succeeded', providerRef: 're_1' }],
  ['failed', { kind: 'failed', failureCode: 'expired_or_canceled_card', providerRef: 're_1' }],
  ['pending', { kind: 'unknown', why: 'in_progress' }],
  ['requires_action', { kind: 'unknown', why: 'in_progress' }],
])('reads a refund that is %s', (status, state) => {
  expect(refundStateOf({ id: 're_1', status, failure_reason: 'expired_or_canceled_card' })).toEqual(state);
});

describe('eventOf', () => {
  const event = (object: object) => eventOf({ id: 'evt_1', type: 'some.type', data: { object } });

  it('reads payments and refunds by our ids', () => {
    const charge = { kind: 'succeeded', providerRef: 'pi_1' };
    expect(event(intent)).toEqual({ id: 'evt_1', type: 'some.type', paymentId: payment, charge });
    const outcome = { kind: 'succeeded', providerRef: 're_1' };
    const told = event({ object: 'refund', id: 're_1', status: 'succeeded', metadata: { refund_id: refund } });
    expect(told).toEqual({ id: 'evt_1', type: 'some.type', refund: { id: refund, outcome } });
  });

  it('settles nothing by a decline, which has to be closed first', () => {
    const told = event({ ...intent, status: 'requires_payment_method', last_payment_error: declined });
    expect(told).toMatchObject({ paymentId: payment, charge: undefined });
  });

  it.each([
    ['of somebody else', { ...intent, metadata: { payment_id: 'order-7' } }],
    ['about a refund of somebody else', { object: 'refund', id: 're_1', status: 'succeeded', metadata: null }],
    ['about something else', { object: 'payout', id: 'po_1' }],
  ])('finds nothing of ours in an event %s', (_what, object) => {
    const told = event(object) as { paymentId?: string; refund?: object };
    expect([told.paymentId, told.refund]).toEqual([undefined, undefined]);
  });
});

it('reads what Stripe keeps, in the currency that it pays out, once it is known', () => {
  const charge = { amount_refunded: 0, balance_transaction: { fee: 74, currency: 'eur' } };
  const fee = { amountMinor: 74, currency: 'EUR' };
  expect(stateOf({ ...intent, latest_charge: charge })).toEqual({ kind: 'succeeded', providerRef: 'pi_1', fee });
  expect(listedOf({ ...intent, latest_charge: charge })).toMatchObject({ fee });
  for (const unknown of [null, 'txn_1', undefined]) {
    const told = stateOf({ ...intent, latest_charge: { ...charge, balance_transaction: unknown } });
    expect(told).toEqual({ kind: 'succeeded', providerRef: 'pi_1' });
  }
});

it('lists what is finished, with what went back of it', () => {
  const listed = listedOf({ ...intent, latest_charge: { amount_refunded: 400 } });
  expect(listed).toMatchObject({ paymentId: payment, status: 'succeeded', currency: 'USD', refundedMinor: 400 });
  const krona = listedOf({ ...intent, currency: 'isk', latest_charge: { amount_refunded: 400 } });
  expect(krona).toMatchObject({ currency: 'ISK', amountMinor: 15, refundedMinor: 4 });
  expect(listedOf({ ...intent, status: 'requires_confirmation' })).toBeNull();
  expect(listedOf({ ...intent, metadata: {} })).toMatchObject({ paymentId: null, refundedMinor: 0 });
});
