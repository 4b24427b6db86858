import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { register } from './support/people';
import { Shop } from './support/shop';

/** More than two batches. */
const OLD = 12_000;
const YOUNG = 50;

/** What the worker forgets, and how old a row may get. */
const FORGOTTEN = [
  { table: 'platform.ended_sessions', columns: 'session_id, ended_at', values: 'uuidv7(), at', ages: ['16 m', '25 h'] },
  {
    ...{ table: 'platform.inbox', columns: 'listener, event_id, handled_at' },
    ...{ values: "'upkeep', uuidv7(), at", ages: ['29 d', '31 d'] },
  },
  {
    ...{ table: 'platform.idempotency_keys', columns: 'scope, key, fingerprint, status, body, created_at' },
    ...{ values: "uuidv7(), n, '', 200, '{}', at", ages: ['71 h', '73 h'] },
  },
  {
    ...{ table: 'payments.gateway_events', columns: 'provider, event_id, type, payload, received_at' },
    ...{ values: "'sandbox', uuidv7(), 'charge.succeeded', '{}', at", ages: ['89 d', '91 d'] },
  },
] as const;

/** Rows that nobody needs any more go, in batches; all others stay. */
describe('upkeep', () => {
  let shop: Shop;
  let userId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    userId = (await register(shop.api)).id;
  });
  afterAll(() => shop.close());

  const count = async (table: string) =>
    (await shop.db.sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]?.count;

  it('forgets what is old, thousands of it, and keeps what is young', async () => {
    const before = await Promise.all(FORGOTTEN.map(({ table }) => count(table)));
    for (const { table, columns, values, ages } of FORGOTTEN) {
      for (const [age, rows] of [
        [ages[0], YOUNG],
        [ages[1], OLD],
      ] as const) {
        // prettier-ignore
        await shop.db.sql(
          `INSERT INTO ${table} (${columns})
           SELECT ${values} FROM generate_series(1, $2::int) n, (SELECT now() - $1::interval AS at) age`,
          [age, rows],
        );
      }
    }
    const sessions = await count('users.sessions');
    const tokens = await count('users.refresh_tokens');
    await openSessions('25 hours', OLD / 3, 3);
    await openSessions('23 hours', YOUNG, 3);
    await oldTokensOfLiveSession(100);

    await shop.startWorker();
    for (const [at, { table }] of FORGOTTEN.entries()) {
      const left = await eventually(() => count(table), (rows = 0) => rows <= (before[at] ?? 0) + YOUNG); // prettier-ignore
      expect([table, left]).toEqual([table, (before[at] ?? 0) + YOUNG]);
    }
    const left = await eventually(() => count('users.sessions'), (rows = 0) => rows <= (sessions ?? 0) + YOUNG); // prettier-ignore
    expect(left).toBe((sessions ?? 0) + YOUNG);
    expect(await count('users.refresh_tokens')).toBe((tokens ?? 0) + 3 * YOUNG);
    expect(shop.worker?.log).not.toContain('upkeep.failed');
  });

  it('leaves who is signed in signed in', async () => {
    const [{ client }] = [await register(shop.api)];
    expectStatus(await client.get('/users/me'), 200);
    expect((await client.get('/auth/sessions')).body.data).toHaveLength(1);
  });

  /** Sessions that expired so long ago, each with tokens. */
  const openSessions = (expiredFor: string, sessions: number, tokensEach: number) =>
    shop.db.sql(
      `WITH session AS (
         INSERT INTO users.sessions (user_id, device, address, expires_at)
         SELECT $1, 'test', '::1', now() - $2::interval FROM generate_series(1, $3::int) RETURNING id, expires_at
       )
       INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at)
       SELECT uuid_send(uuidv7()), id, expires_at FROM session, generate_series(1, $4::int)`,
      [userId, expiredFor, sessions, tokensEach],
    );

  /** What a session that refreshes every day has left behind. */
  const oldTokensOfLiveSession = (tokens: number) =>
    shop.db.sql(
      `INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at, used_at)
       SELECT uuid_send(uuidv7()), (SELECT id FROM users.sessions WHERE user_id = $1 AND expires_at > now() LIMIT 1),
         now() - interval '25 hours', now() - interval '8 days' FROM generate_series(1, $2::int)`,
      [userId, tokens],
    );
});
