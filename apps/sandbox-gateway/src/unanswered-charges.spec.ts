import { eventually } from '../test/eventually';
import { GatewayUnderTest } from '../test/gateway-under-test';
import { type Answer } from '../test/wire';

/** Enough for twenty requests, also on a busy machine. */
const SLOW_MS = 1_500;

const gateway = new GatewayUnderTest();
beforeAll(() => gateway.start({ slowMs: SLOW_MS }));
afterAll(() => gateway.end());

const statuses = (answers: Answer[]) => answers.map((answer) => answer.status).sort();

it('tok_lost charges, cuts the connection, and answers a retry', async () => {
  await expect(gateway.charge('lost-1', 'tok_lost')).rejects.toThrow('fetch failed');
  const [charge] = await gateway.recorded('lost-1');
  expect(charge?.status).toBe('succeeded');
  expect(await gateway.charge('lost-1', 'tok_lost')).toMatchObject({ status: 201, replayed: true, body: charge });
});

describe('tok_slow', () => {
  it('charges only after its time, and meanwhile the key is in use', async () => {
    const startedAt = Date.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.charge('slow-1', 'tok_slow')));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(SLOW_MS - 1);
    expect(statuses(answers)).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(answers.filter((answer) => answer.body.error?.code === 'key_in_use')).toHaveLength(19);
    expect(await gateway.charge('slow-1', 'tok_slow')).toMatchObject({ status: 201, replayed: true });
    expect(await gateway.recorded('slow-1')).toHaveLength(1);
  });

  it('charges although the caller hung up', async () => {
    await expect(gateway.charge('slow-2', 'tok_slow', {}, { signal: AbortSignal.timeout(60) })).rejects.toThrow(
      'timeout',
    );
    expect(await gateway.recorded('slow-2')).toEqual([]);
    const charge = await eventually(async () => (await gateway.recorded('slow-2'))[0]);
    expect(charge.status).toBe('succeeded');
  });

  it('charges nothing when the process ends in between, and a retry starts anew', async () => {
    await gateway.restart({ slowMs: 60_000 });
    const calls = [gateway.charge('slow-3', 'tok_slow'), gateway.charge('slow-3', 'tok_slow')];
    const refused = await Promise.race(calls);
    expect(refused.body.error?.code).toBe('key_in_use');
    const ended = Promise.allSettled(calls);
    await gateway.restart();
    expect((await ended).map((call) => call.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await gateway.recorded('slow-3')).toEqual([]);
    expect(await gateway.charge('slow-3', 'tok_slow')).toMatchObject({ status: 201, replayed: false });
  });
});

describe('tok_down', () => {
  const call = (key: string, signal: AbortSignal) => gateway.charge(key, 'tok_down', {}, { signal });

  it('never answers and never charges, and meanwhile the key is in use', async () => {
    const patience = new AbortController();
    const answered: Answer[] = [];
    const calls = Array.from({ length: 20 }, () =>
      call('down-1', patience.signal).then((answer) => answered.push(answer)),
    );
    const ended = Promise.allSettled(calls);
    await eventually(() => answered.length === 19);
    expect(await gateway.recorded('down-1')).toEqual([]);
    patience.abort();
    expect((await ended).filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(statuses(answered)).toEqual(Array.from({ length: 19 }, () => 409));
  });

  it('frees its key when the caller hangs up', async () => {
    const hungUp = () =>
      call('down-2', AbortSignal.timeout(50)).then(
        () => false, // somebody else's call has the key
        () => true,
      );
    expect(await hungUp()).toBe(true);
    await eventually(hungUp);
    expect(await gateway.recorded('down-2')).toEqual([]);
  });

  it('does not keep a shutdown waiting', async () => {
    const calls = [gateway.charge('down-3', 'tok_down'), gateway.charge('down-3', 'tok_down')];
    expect((await Promise.race(calls)).status).toBe(409);
    const ended = Promise.allSettled(calls);
    await gateway.restart(); // it would never end
    expect((await ended).map((call) => call.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
