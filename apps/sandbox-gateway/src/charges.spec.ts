import { GatewayUnderTest } from '../test/gateway-under-test';
import { type Answer } from '../test/wire';

const gateway = new GatewayUnderTest();
beforeAll(() => gateway.start());
afterAll(() => gateway.end());

const statuses = (answers: Answer[]) => answers.map((answer) => answer.status).sort();
const twentyAtOnce = (key: string, method: string) =>
  Promise.all(Array.from({ length: 20 }, () => gateway.charge(key, method)));

describe('tok_ok', () => {
  it('charges and answers the charge', async () => {
    const { status, body } = await gateway.charge('ok-1', 'tok_ok', { metadata: { orderNumber: '7' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      reference: 'ref-ok-1',
      idempotencyKey: 'ok-1',
      method: 'tok_ok',
      amount: { amount: 1_000, currency: 'USD' },
      refunded: 0,
      status: 'succeeded',
      metadata: { orderNumber: '7' },
    });
    expect(body.id).toMatch(/^ch_[0-9a-f]{30}$/);
    expect((await gateway.call('GET', `/charges/${body.id}`)).body).toEqual(body);
    expect(await gateway.recorded('ok-1')).toEqual([body]);
  });

  it('only authorizes when capture is false', async () => {
    expect((await gateway.charge('ok-2', 'tok_ok', { capture: false })).body.status).toBe('authorized');
  });

  it('makes one charge of twenty calls at once with one key', async () => {
    const answers = await twentyAtOnce('ok-3', 'tok_ok');
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(statuses(answers)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await gateway.recorded('ok-3')).toHaveLength(1);
  });
});

describe('a repeated key', () => {
  it('replays the same answer and says so', async () => {
    const first = await gateway.charge('again-1', 'tok_ok', { metadata: { a: '1', b: '2' } });
    const second = await gateway.charge('again-1', 'tok_ok', { metadata: { b: '2', a: '1' } });
    expect(first.replayed).toBe(false);
    expect(second).toEqual({ ...first, replayed: true });
  });

  it('is refused with other parameters', async () => {
    await gateway.charge('again-2', 'tok_ok');
    const others = [
      { amount: { amount: 999, currency: 'USD' } },
      { amount: { amount: 1_000, currency: 'EUR' } },
      { reference: 'another' },
      { method: 'tok_declined' },
      { capture: false },
      { metadata: { a: '1' } },
    ];
    for (const other of others) {
      const { status, body } = await gateway.charge('again-2', 'tok_ok', other);
      expect([status, body.error?.code]).toEqual([422, 'key_reused']);
    }
    expect(await gateway.recorded('again-2')).toHaveLength(1);
  });

  it('is the same after a restart', async () => {
    const first = await gateway.charge('again-3', 'tok_ok');
    await gateway.restart();
    expect(await gateway.charge('again-3', 'tok_ok')).toEqual({ ...first, replayed: true });
  });
});

it.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
])('%s refuses, keeps the failed charge and replays the refusal', async (method, code) => {
  const first = await gateway.charge(`no-${method}`, method);
  expect([first.status, first.body.error?.code]).toEqual([402, code]);
  expect(first.body.charge).toMatchObject({ status: 'failed', failureCode: code });
  expect(await gateway.charge(`no-${method}`, method)).toEqual({ ...first, replayed: true });
  expect(await gateway.recorded(`no-${method}`)).toEqual([first.body.charge]);
});

it('refuses an unknown method and remembers nothing of it', async () => {
  const { status, body } = await gateway.charge('unknown-1', 'tok_nobody');
  expect([status, body.error?.code]).toEqual([400, 'unknown_method']);
  expect((await gateway.charge('unknown-1', 'tok_ok')).status).toBe(201);
});

describe('tok_error', () => {
  it('fails twice without charging, over a restart too, then charges once', async () => {
    expect(await gateway.charge('error-1', 'tok_error')).toMatchObject({
      status: 500,
      body: { error: { code: 'gateway_error' } },
    });
    await gateway.restart();
    expect((await gateway.charge('error-1', 'tok_error')).status).toBe(500);
    expect(await gateway.recorded('error-1')).toEqual([]);
    expect((await gateway.charge('error-1', 'tok_error')).body.status).toBe('succeeded');
    expect(await gateway.charge('error-1', 'tok_error')).toMatchObject({ status: 201, replayed: true });
    expect(await gateway.recorded('error-1')).toHaveLength(1);
  });

  it('charges once of twenty calls at once', async () => {
    const answers = await twentyAtOnce('error-2', 'tok_error');
    expect(statuses(answers)).toEqual([...Array.from({ length: 18 }, () => 201), 500, 500]);
    expect(await gateway.recorded('error-2')).toHaveLength(1);
  });
});
