import { eventually } from '../test/eventually';
import { GatewayUnderTest } from '../test/gateway-under-test';

const gateway = new GatewayUnderTest();
beforeAll(() => gateway.start());
afterAll(() => gateway.end());

const idOf = async (key: string, changes: object = {}) => (await gateway.charge(key, 'tok_ok', changes)).body.id ?? '';
const refusal = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body.error?.code,
];

describe('capture', () => {
  it('takes the money of an authorized charge once', async () => {
    const id = await idOf('capture-1', { capture: false });
    const first = await gateway.call('POST', `/charges/${id}/capture`);
    expect(first).toMatchObject({ status: 200, body: { id, status: 'succeeded' } });
    expect(await gateway.call('POST', `/charges/${id}/capture`)).toEqual(first);
    const events = await eventually(() => {
      const found = gateway.receiver.eventsOf('ref-capture-1');
      return found.length === 2 ? found : null;
    });
    expect(events.map((event) => event.type).sort()).toEqual(['charge.authorized', 'charge.succeeded']);
  });

  it('refuses a failed charge and an unknown one', async () => {
    const { body } = await gateway.charge('capture-2', 'tok_declined');
    const failed = await gateway.call('POST', `/charges/${body.charge?.id}/capture`);
    expect(refusal(failed)).toEqual([409, 'charge_not_capturable']);
    expect(refusal(await gateway.call('POST', '/charges/ch_none/capture'))).toEqual([404, 'charge_not_found']);
  });
});

describe('refunds', () => {
  it('gives back a part, and the same key the same refund', async () => {
    const id = await idOf('refund-1');
    const first = await gateway.refund(id, 'refund-1-a', 400);
    const refund = { chargeId: id, idempotencyKey: 'refund-1-a', amount: { amount: 400, currency: 'USD' } };
    expect(first).toMatchObject({ status: 201, replayed: false, body: { ...refund, status: 'succeeded' } });
    expect(first.body.id).toMatch(/^re_/);
    await gateway.restart();
    expect(await gateway.refund(id, 'refund-1-a', 400)).toEqual({ ...first, replayed: true });
    expect(refusal(await gateway.refund(id, 'refund-1-a', 401))).toEqual([422, 'key_reused']);
    expect((await gateway.call('GET', `/charges/${id}`)).body.refunded).toBe(400);
    expect((await gateway.call('GET', `/refunds?chargeId=${id}`)).body.data).toEqual([first.body]);
    expect((await gateway.call('GET', '/refunds?idempotencyKey=refund-1-a')).body.data).toEqual([first.body]);
  });

  it('never exceed the charge when twenty race', async () => {
    const id = await idOf('refund-2');
    const keys = Array.from({ length: 20 }, (_, index) => `refund-2-${index}`);
    const answers = await Promise.all(keys.map((key) => gateway.refund(id, key, 150)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(6);
    const refused = answers.filter((answer) => answer.status !== 201).map(refusal);
    expect(refused).toEqual(Array.from({ length: 14 }, () => [422, 'refund_exceeds_charge']));
    expect((await gateway.call('GET', `/charges/${id}`)).body.refunded).toBe(900);
    expect((await gateway.refund(id, 'refund-2-rest', 100)).status).toBe(201);
    expect((await gateway.refund(id, 'refund-2-more', 1)).status).toBe(422);
  });

  it('make one refund of twenty calls at once with one key', async () => {
    const id = await idOf('refund-3');
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.refund(id, 'refund-3-a', 10)));
    expect(answers.filter((answer) => answer.status === 201 && !answer.replayed)).toHaveLength(1);
    expect((await gateway.call('GET', `/charges/${id}`)).body.refunded).toBe(10);
  });

  it('are refused where no money was taken, in another currency and without a key', async () => {
    const authorized = await idOf('refund-4', { capture: false });
    expect(refusal(await gateway.refund(authorized, 'refund-4-a', 1))).toEqual([409, 'charge_not_refundable']);
    expect(refusal(await gateway.refund('ch_none', 'refund-4-b', 1))).toEqual([404, 'charge_not_found']);
    const id = await idOf('refund-5');
    expect(refusal(await gateway.refund(id, 'refund-5-a', 1, 'EUR'))).toEqual([422, 'currency_mismatch']);
    expect(refusal(await gateway.refund(id, '', 1))).toEqual([400, 'invalid_idempotency_key']);
    expect(refusal(await gateway.refund(id, 'refund-5-b', 0))).toEqual([400, 'invalid_request']);
  });
});
