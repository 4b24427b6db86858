import { eventOf, outcomeOf } from './sandbox.rules';

const charge = { id: 'ch_1', idempotencyKey: 'p1', status: 'succeeded' as const };

describe('outcomeOf', () => {
  it.each([
    ['a charge', { status: 201, body: charge }, { kind: 'succeeded', providerRef: 'ch_1' }],
    [
      'a decline',
      {
        status: 402,
        body: {
          error: { code: 'card_declined' },
          charge: { ...charge, status: 'failed', failureCode: 'card_declined' },
        },
      },
      { kind: 'failed', failureCode: 'card_declined', providerRef: 'ch_1' },
    ],
    [
      'a charge that came before the void',
      { status: 409, body: { error: { code: 'already_charged' }, charge } },
      { kind: 'succeeded', providerRef: 'ch_1' },
    ],
    [
      'a closed key',
      { status: 200, body: { idempotencyKey: 'p1', status: 'voided', charge: null } },
      { kind: 'voided' },
    ],
    ['a key in use', { status: 409, body: { error: { code: 'key_in_use' } } }, { kind: 'unknown', why: 'in_progress' }],
    ['no such charge', { status: 200, body: {} }, { kind: 'unknown', why: 'in_progress' }],
    ['a server error', { status: 500, body: { error: { code: 'gateway_error' } } }, { kind: 'unavailable' }],
    [
      'an unknown method',
      { status: 400, body: { error: { code: 'unknown_method' } } },
      { kind: 'failed', failureCode: 'unknown_method' },
    ],
    [
      'words without end, of which it keeps the beginning',
      { status: 400, body: { error: { code: 'x'.repeat(9_999) } } },
      { kind: 'failed', failureCode: 'x'.repeat(100) },
    ],
  ])('reads %s', (_what, answer, outcome) => {
    expect(outcomeOf(answer as never, true)).toEqual(outcome);
  });
});

describe('eventOf', () => {
  const [payment, refund] = ['01900000-0000-7000-8000-00000000000a', '01900000-0000-7000-8000-00000000000b'];

  it.each([
    ['a 404 of a proxy', { status: 404, body: {} }],
    ['a refusal of the question itself', { status: 400, body: { error: { code: 'invalid_request' } } }],
  ])('takes %s for no answer when it asked about a charge', (_what, answer) => {
    expect(outcomeOf(answer as never, false)).toEqual({ kind: 'unavailable' });
  });

  it('reads the refund, not the charge, from a refund event', () => {
    const data = { charge: { ...charge, idempotencyKey: payment }, refund: { id: 're_1', idempotencyKey: refund } };
    expect(eventOf('evt_1', { type: 'charge.refunded', data })).toEqual({
      id: 'evt_1',
      type: 'charge.refunded',
      paymentId: payment,
      refund: { id: refund, outcome: { kind: 'succeeded', providerRef: 're_1' } },
    });
  });

  it.each([
    ['about a charge that is not ours', { type: 'charge.succeeded', data: { charge } }, 'charge.succeeded'],
    ['of a kind that is new to us', { type: 'payout.created', data: {} }, 'payout.created'],
    ['without anything in it', {}, 'unknown'],
  ])('finds nothing of ours in an event %s', (_what, event, type) => {
    expect(eventOf('evt_1', event)).toMatchObject({ id: 'evt_1', type });
    expect(eventOf('evt_1', event)).toMatchObject({ paymentId: undefined, refund: undefined });
  });
});
