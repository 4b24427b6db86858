import { GatewayUnderTest } from '../test/gateway-under-test';

const gateway = new GatewayUnderTest();
beforeAll(() => gateway.start());
afterAll(() => gateway.end());

const idOf = async (key: string, changes: object = {}) => (await gateway.charge(key, 'tok_ok', changes)).body.id ?? '';
const refusal = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body.error?.code,
];

describe('voiding a key', () => {
  it('closes a key that was never seen, for good, and lists nothing', async () => {
    const first = await gateway.voidKey('void-1');
    expect(first).toMatchObject({ status: 200, body: { idempotencyKey: 'void-1', status: 'voided', charge: null } });
    expect(await gateway.voidKey('void-1')).toEqual(first);
    await gateway.restart();
    expect(refusal(await gateway.charge('void-1', 'tok_ok'))).toEqual([409, 'key_closed']);
    expect(await gateway.recorded('void-1')).toEqual([]);
  });

  it('stops a slow charge in flight and lists it as voided', async () => {
    const call = () => gateway.charge('void-2', 'tok_slow', { amount: { amount: 77, currency: 'USD' } });
    const calls = [call(), call()];
    expect(refusal(await Promise.race(calls))).toEqual([409, 'key_in_use']);
    const voided = await gateway.voidKey('void-2');
    expect(voided.body).toMatchObject({ status: 'voided', charge: { amount: { amount: 77 }, status: 'voided' } });
    const refused = (await Promise.all(calls)).find((answer) => answer.body.error?.code === 'key_closed');
    expect(refused).toMatchObject({ status: 409, body: { charge: voided.body.charge } });
    expect(await gateway.recorded('void-2')).toEqual([voided.body.charge]);
    expect((await gateway.voidKey('void-2')).body).toEqual(voided.body);
    await gateway.restart();
    expect(refusal(await gateway.charge('void-2', 'tok_ok'))).toEqual([409, 'key_closed']);
  });

  it('closes the key of a call that hangs or hung', async () => {
    const hung = gateway.charge('void-3', 'tok_down', {}, { signal: AbortSignal.timeout(100) });
    await expect(hung).rejects.toThrow('timeout');
    expect((await gateway.voidKey('void-3')).body.charge?.status).toBe('voided');
    expect(refusal(await gateway.charge('void-3', 'tok_down'))).toEqual([409, 'key_closed']);
  });

  it('closes a key in its error phase', async () => {
    await gateway.charge('void-4', 'tok_error');
    expect((await gateway.voidKey('void-4')).body).toMatchObject({ status: 'voided', charge: { status: 'voided' } });
    expect(refusal(await gateway.charge('void-4', 'tok_error'))).toEqual([409, 'key_closed']);
  });

  it('comes too late for a charge that succeeded', async () => {
    const { body } = await gateway.charge('void-5', 'tok_ok');
    const refused = await gateway.voidKey('void-5');
    expect(refusal(refused)).toEqual([409, 'already_charged']);
    expect(refused.body.charge).toEqual(body);
    expect(await gateway.recorded('void-5')).toEqual([body]);
  });

  it('releases an authorized charge', async () => {
    const id = await idOf('void-6', { capture: false });
    expect((await gateway.voidKey('void-6')).body).toMatchObject({
      status: 'voided',
      charge: { id, status: 'voided' },
    });
    expect(refusal(await gateway.charge('void-6', 'tok_ok', { capture: false }))).toEqual([409, 'key_closed']);
    expect(refusal(await gateway.call('POST', `/charges/${id}/capture`))).toEqual([409, 'charge_not_capturable']);
  });

  it('leaves a failed charge failed', async () => {
    const { body } = await gateway.charge('void-7', 'tok_declined');
    expect((await gateway.voidKey('void-7')).body).toMatchObject({ status: 'failed', charge: body.charge });
  });

  it('takes every key that a charge takes', async () => {
    const key = `!"#$%&'()*+,-./:;<=>?@[]^_\`{|}~%2F`;
    expect((await gateway.charge(key, 'tok_ok', { capture: false, reference: 'odd' })).status).toBe(201);
    expect((await gateway.voidKey(key)).body).toMatchObject({ idempotencyKey: key, charge: { status: 'voided' } });
    expect((await gateway.voidKey('%'.repeat(255))).status).toBe(200);
    expect(refusal(await gateway.voidKey('%'.repeat(256)))[0]).toBeGreaterThanOrEqual(400);
    expect(refusal(await gateway.voidKey('a b'))).toEqual([400, 'invalid_idempotency_key']);
  });

  it('races a charge: exactly one of them wins', async () => {
    for (let round = 0; round < 30; round += 1) {
      const key = `void-race-${round}`;
      const [charged, voided] = await Promise.all([gateway.charge(key, 'tok_ok'), gateway.voidKey(key)]);
      expect([201, 409]).toContain(charged.status);
      expect(voided.status).toBe(charged.status === 201 ? 409 : 200);
    }
  });
});
