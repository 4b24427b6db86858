import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { register } from './support/people';
import { Shop } from './support/shop';

/** More than two batches. */
const OLD = 12_000;
const YOUNG = 50;

/** What the worker forgets: by which column, and an age below and one above what it keeps. */
const FORGOTTEN = [
  { table: 'platform.ended_sessions', at: 'ended_at', others: { session_id: 'uuidv7()' }, ages: ['16 min', '25 h'] },
  {
    ...{ table: 'platform.inbox', at: 'handled_at', ages: ['29 d', '31 d'] },
    others: { listener: "'upkeep'", event_id: 'uuidv7()' },
  },
  {
    ...{ table: 'platform.idempotency_keys', at: 'created_at', ages: ['71 h', '73 h'] },
    others: { scope: 'uuidv7()', key: "'k'", fingerprint: "''", status: '200', body: "'{}'" },
  },
  {
    ...{ table: 'payments.gateway_events', at: 'received_at', ages: ['89 d', '91 d'] },
    others: { provider: "'sandbox'", event_id: 'uuidv7()', type: "'charge.succeeded'", payload: "'{}'" },
  },
  {
    ...{ table: 'platform.sagas', at: 'updated_at', ages: ['29 d', '31 d'] },
    others: { name: "'checkout'", key: "uuidv7('-32 d')", step: "'confirm'", status: "'done'", next_run_at: 'now()' },
  },
  {
    ...{ table: 'notifications.mails', at: 'created_at', ages: ['89 d', '91 d'] },
    others: { dedupe_key: 'uuidv7()::text', kind: "'test'", user_id: 'uuidv7()' },
  },
] as const;

/** Rows that nobody needs any more go, in batches; all others stay. */
describe('upkeep', () => {
  let shop: Shop;
  let userId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    await shop.db.sql('DELETE FROM platform.sagas'); // the demo data's, which grow old in a long run
    userId = (await register(shop.api)).id;
  });
  afterAll(() => shop.close());

  /** How many rows there are that this test has made: nothing else is older than a few seconds. */
  const count = async (table: string, at: string) => {
    const text = `SELECT count(*)::int AS count FROM ${table} WHERE ${at} < now() - interval '10 minutes'`;
    return (await shop.db.sql<{ count: number }>(text))[0]?.count;
  };
  const untilForgotten = async (table: string, at: string, kept: number) => {
    const left = await eventually(
      () => count(table, at),
      (rows = 0) => rows <= kept,
    );
    expect([table, left]).toEqual([table, kept]);
  };

  it('forgets what is old, thousands of it, and keeps what is young', async () => {
    for (const { table, at, others, ages } of FORGOTTEN) {
      for (const [age, rows] of [[ages[0], YOUNG] as const, [ages[1], OLD] as const]) {
        const row: Record<string, string> = { ...others, [at]: `now() - interval '${age}'` };
        if (table === 'notifications.mails') row['id'] = `uuidv7('-${age}')`;
        await fill(table, row, rows);
      }
      expect(await count(table, at)).toBe(OLD + YOUNG);
    }
    await openSessions('25 h', OLD / 3, 3);
    await openSessions('23 h', YOUNG, 3);
    await oldTokensOfLiveSession(100);

    await shop.startWorker();
    for (const { table, at } of FORGOTTEN) await untilForgotten(table, at, YOUNG);
    await untilForgotten('users.refresh_tokens', 'expires_at', 3 * YOUNG);
    await untilForgotten('users.sessions', 'expires_at', YOUNG);
    expect(shop.worker?.log).not.toContain('upkeep.failed');
  });

  it('leaves who is signed in signed in', async () => {
    const { client } = await register(shop.api);
    expectStatus(await client.get('/users/me'), 200);
    expect((await client.get('/auth/sessions')).body.data).toHaveLength(1);
  });

  it('keeps sagas that run, wait for a person, or have needed one', async () => {
    await shop.worker?.stop();
    const saga = { name: "'checkout'", step: "'confirm'", next_run_at: "now() + interval '1 day'" };
    const old = (days: number, row: Record<string, string>) =>
      fill(
        'platform.sagas',
        { ...saga, key: `uuidv7('-${days} d')`, updated_at: `now() - interval '${days} d'`, ...row },
        1,
      );
    await old(40, { status: "'running'" });
    await old(400, { status: "'compensating'" });
    await old(400, { status: "'needs_attention'", id: 'uuidv7()' });
    await old(360, { status: "'done'", id: 'uuidv7()' });
    const kept = await shop.db.sql('SELECT status FROM platform.sagas ORDER BY key');
    await old(370, { status: "'undone'", id: 'uuidv7()' });
    await old(40, { status: "'undone'" });
    await shop.startWorker();
    await eventually(
      () => shop.db.sql('SELECT status FROM platform.sagas ORDER BY key'),
      (left) => left.length <= kept.length,
    );
    expect(await shop.db.sql('SELECT status FROM platform.sagas ORDER BY key')).toEqual(kept);
    expect(shop.worker?.log).not.toContain('upkeep.failed');
  });

  const fill = (table: string, row: Record<string, string>, rows: number) =>
    shop.db.sql(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')})
       SELECT ${Object.values(row).join(', ')} FROM generate_series(1, $1::int)`,
      [rows],
    );

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
