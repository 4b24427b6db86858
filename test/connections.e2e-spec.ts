import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Client } from 'pg';
import { serialize } from 'pg-protocol';
import { DataSource } from 'typeorm';
import { poolOf, Signals, type UnitOfWork } from '@platform/database';
import { NamedStatementClient } from '../libs/platform/src/database/named-statement-client';
import { toProblem, type Problem } from '../libs/platform/src/http/problem';
import { setting, TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { Platform } from './support/platform';
import { SlowWire } from './support/slow-wire';

const POOL = 2;

describe('connections', () => {
  let db: TestDatabase;
  let platform: Platform;
  let uow: UnitOfWork;

  beforeAll(async () => {
    db = await TestDatabase.create();
    await db.sql('CREATE SCHEMA scratch');
    platform = await Platform.open(db, [], { DATABASE_POOL: String(POOL) });
    uow = platform.uow;
  });
  afterEach(async () => {
    await Promise.all(letGo.splice(0).map((release) => release()));
    expect(platform.connectionsInUse).toEqual({ taken: 0, waiting: 0 });
  });
  afterAll(async () => {
    await platform.close();
    await db.drop();
  });

  const problemOf = (work: Promise<unknown>): Promise<Problem | 'no problem'> =>
    work.then(() => 'no problem' as const, toProblem);
  const busy = { status: 503, code: 'unavailable', retryAfterSeconds: 1 };
  const pid = 'SELECT pg_backend_pid() AS pid';
  const letGo: Array<() => Promise<unknown>> = [];
  /** Takes so many connections until it is told to let go, at the latest at the end of the test. */
  const occupy = async (count: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const holders = Array.from({ length: count }, () =>
      uow.run(async () => {
        await uow.sql('SELECT 1');
        await promise;
      }),
    );
    await eventually(
      () => Promise.resolve(platform.connectionsInUse.taken),
      (taken) => taken === count,
    );
    const release = () => {
      resolve();
      return Promise.all(holders);
    };
    letGo.push(release);
    return release;
  };

  describe('a plan that a migration has outdated', () => {
    let version = 0;
    const select = 'SELECT * FROM scratch.changing';
    const changeType = () =>
      db.sql(`ALTER TABLE scratch.changing ALTER COLUMN value TYPE ${version++ % 2 ? 'bigint' : 'int'}`);

    beforeAll(async () => {
      await db.sql('CREATE TABLE scratch.changing (value bigint)');
      await db.sql('INSERT INTO scratch.changing VALUES (7)');
    });

    it('heals outside a transaction, on every connection', async () => {
      const read = () => Promise.all(Array.from({ length: 10 }, () => uow.sql<{ value: unknown }>(select)));
      for (let change = 0; change < 3; change++) {
        await read();
        await changeType();
        const seen = await read();
        expect(new Set(seen.map(([row]) => String(row?.value)))).toEqual(new Set(['7']));
      }
    });

    it('makes the unit of work start over inside one', async () => {
      await uow.run(() => uow.sql(select));
      await changeType();
      let begun = 0;
      const rows = await uow.run(async () => {
        begun++;
        return uow.sql(select);
      });
      expect([begun, rows]).toEqual([2, [{ value: expect.anything() }]]);
    });

    it('knows its new columns', async () => {
      await uow.sql(select);
      await db.sql(`ALTER TABLE scratch.changing ADD COLUMN name text NOT NULL DEFAULT 'seven'`);
      expect(await uow.sql(select)).toEqual([{ value: expect.anything(), name: 'seven' }]);
      await db.sql('ALTER TABLE scratch.changing DROP COLUMN name');
      expect(Object.keys((await uow.sql(select))[0] ?? {})).toEqual(['value']);
    });

    it('does no harm when a pooler has forgotten it', async () => {
      await uow.sql(select);
      await uow.sql('DEALLOCATE ALL');
      expect(await uow.sql(select)).toHaveLength(1);
    });

    it('is described once a connection, whether it has columns or not', async () => {
      await uow.run(() => uow.sql('SELECT 1')); // BEGIN and COMMIT are known
      const described = jest.spyOn(serialize, 'describe');
      await uow.run(async () => {
        for (let time = 0; time < 3; time++) {
          expect(await uow.sql('SELECT $1::int AS time, NULL AS nothing', [time])).toEqual([{ time, nothing: null }]);
          expect(await uow.execute('UPDATE scratch.changing SET value = value + $1', [0])).toBe(1);
        }
      });
      expect(described).toHaveBeenCalledTimes(2);
      described.mockRestore();
    });

    it('is there: statements are named, so that PostgreSQL plans them once a connection', async () => {
      await uow.run(async () => {
        for (let time = 0; time < 3; time++) await uow.sql('SELECT 41 + $1::int AS sum', [time]);
        const named = await uow.sql(
          `SELECT generic_plans::int FROM pg_prepared_statements WHERE statement LIKE 'SELECT 41%'`,
        );
        expect(named).toEqual([{ generic_plans: 3 }]);
      });
    });
  });

  describe('a database that does not answer in time', () => {
    const limited = (limit: string, ...work: Array<() => Promise<unknown>>) =>
      problemOf(
        uow.run(async () => {
          await uow.sql(`SET LOCAL ${limit} = '50ms'`);
          for (const step of work) await step();
        }),
      );

    it('is unavailable after the statement timeout and the lock timeout', async () => {
      expect(await limited('statement_timeout', () => uow.sql('SELECT pg_sleep(20)'))).toMatchObject(busy);
      await db.sql('CREATE TABLE scratch.locked (id int)');
      const holder = new Client({ connectionString: db.url });
      await holder.connect();
      await holder.query('BEGIN; LOCK TABLE scratch.locked');
      expect(await limited('lock_timeout', () => uow.sql('SELECT FROM scratch.locked'))).toMatchObject(busy);
      await holder.end();
    });

    it('ends a transaction that idles, and the next statement in it is unavailable', async () => {
      const session = `pg_stat_activity WHERE datname = current_database() AND application_name = 'the idler'`;
      const untilEnded = () =>
        eventually(
          () => db.sql(`SELECT FROM ${session}`),
          (found) => found.length === 0,
        );
      const idle = () => uow.sql(`SET LOCAL application_name = 'the idler'`).then(untilEnded);
      expect(await limited('idle_in_transaction_session_timeout', idle, () => uow.sql('SELECT 1'))).toMatchObject(busy);
    });

    it('has those timeouts on every connection', async () => {
      const shown = await uow.sql<{ name: string; setting: string }>(
        `SELECT name, setting FROM pg_settings WHERE name ~ '(statement|lock|transaction|session)_timeout$' ORDER BY name`,
      );
      const seconds = Object.fromEntries(shown.map(({ name, setting: ms }) => [name, Number(ms) / 1_000]));
      expect(seconds).toMatchObject({ statement_timeout: 10, lock_timeout: 5, transaction_timeout: 30 });
      expect(seconds['idle_in_transaction_session_timeout']).toBe(15);
    });
  });

  it('are given up when PostgreSQL owes an answer and says nothing any more, and only then', async () => {
    const wire = await SlowWire.to(Number(new URL(db.url).port), 0);
    const client = new NamedStatementClient({ connectionString: wire.through(db.url), silenceMs: 200 });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('SELECT 1', []);
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    for (let silences = 0; silences < 2; silences++) {
      await once(stream, 'timeout');
      expect((await client.query('SELECT 2 AS two', [])).rows).toEqual([{ two: 2 }]); // nothing was asked meanwhile
    }
    wire.isSilent = true;
    const problem = await problemOf(client.query('SELECT 3', []));
    expect(problem).toMatchObject(busy);
    await wire.close();
  });

  describe('a pool that is empty', () => {
    it('lets 1,000 callers wait, serves them all, and refuses the next one at once', async () => {
      const release = await occupy(POOL);
      const waiting = Array.from({ length: 1_000 }, () => problemOf(uow.sql('SELECT 1')));
      await eventually(
        () => Promise.resolve(platform.connectionsInUse.waiting),
        (count) => count === 1_000,
      );
      const startedAt = performance.now();
      const refused = await Promise.all([
        problemOf(uow.sql('SELECT 1')),
        problemOf(uow.run(() => uow.sql('SELECT 1'))),
        problemOf(uow.manager.query('SELECT 1')),
      ]);
      expect(refused).toEqual([
        expect.objectContaining(busy),
        expect.objectContaining(busy),
        expect.objectContaining(busy),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(4_000); // who waits is refused after 5 s
      await release();
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['no problem']));
    });

    it('refuses whoever has waited for five seconds', async () => {
      await occupy(POOL);
      const startedAt = performance.now();
      expect(await problemOf(uow.sql('SELECT 1'))).toMatchObject(busy);
      expect(performance.now() - startedAt).toBeGreaterThan(4_900);
    });
  });

  describe('a connection that dies', () => {
    const terminate = (backend: number | undefined) => db.sql('SELECT pg_terminate_backend($1, 5000)', [backend]);
    const idle = () => poolOf(platform.context.get(DataSource)).idleCount;

    it('in the middle of a transaction fails it, writes nothing, and is replaced', async () => {
      await db.sql('CREATE TABLE scratch.written (id int)');
      const hook = jest.fn();
      const problem = await problemOf(
        uow.run(async () => {
          uow.afterCommit(hook);
          await uow.execute('INSERT INTO scratch.written VALUES (1)');
          const [me] = await uow.sql<{ pid: number }>(pid);
          await terminate(me?.pid);
          await uow.execute('INSERT INTO scratch.written VALUES (2)');
        }),
      );
      expect(problem).toMatchObject(busy);
      expect(hook).not.toHaveBeenCalled();
      expect(await uow.sql('SELECT FROM scratch.written')).toEqual([]);
    });

    it('under a statement fails nobody but that one, although others wait for a connection', async () => {
      await occupy(POOL - 1);
      const dying = problemOf(uow.sql('SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)'));
      const waiting = Array.from({ length: 20 }, () => problemOf(uow.sql('SELECT 1')));
      expect(await dying).toMatchObject(busy);
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['no problem']));
    });

    it('while nobody uses it is noticed and replaced', async () => {
      const [idler] = await uow.sql<{ pid: number }>(pid);
      const before = idle();
      await terminate(idler?.pid);
      await eventually(
        () => Promise.resolve(idle()),
        (count) => count < before,
      );
      expect(platform.logged('database.connection_lost')).not.toEqual([]);
      const [next] = await uow.sql<{ pid: number }>(pid);
      expect(next?.pid).not.toBe(idler?.pid);
    });

    it('is given back after every other kind of end', async () => {
      for (const work of [
        () => uow.sql('SELECT nonsense'),
        () => uow.run(() => uow.sql('SELECT nonsense')),
        () => uow.run(() => Promise.all([uow.sql('SELECT 1/0'), uow.sql('SELECT 1'), uow.manager.query('SELECT 2')])),
        () => uow.manager.query('SELECT nonsense'),
        () => uow.run(() => Promise.reject(new Error('before any statement'))),
        () => uow.run(async () => uow.queue('SELECT nonsense', [])),
        () => uow.run(async () => uow.gather('rows', 1, () => fail('while it is put together'))),
      ]) {
        await expect(work()).rejects.toThrow();
        expect(platform.connectionsInUse).toEqual({ taken: 0, waiting: 0 });
      }
      await uow.run(async () => undefined); // takes none at all
    });
  });

  describe('signals', () => {
    const listeners = () =>
      db.sql(`SELECT pid FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'LISTEN %'`, [db.name]);
    const admin = async (statement: string) => {
      const client = new Client({ connectionString: setting('TEST_POSTGRES_URL') });
      await client.connect();
      await client.query(statement);
      await client.end();
    };

    it('come again after the database was away for a while, over one connection as before', async () => {
      const signals = platform.get(Signals);
      const heard: string[] = [];
      await signals.receive('news', (payload) => {
        heard.push(payload);
        if (payload === '' && heard.filter((each) => each === '').length === 1) throw new Error('not yet');
      });
      const untilHeard = (payload: string, times = 1) =>
        eventually(
          () => Promise.resolve(heard.filter((each) => each === payload)),
          (found) => found.length >= times,
        );
      await signals.send('news', 'first');
      await untilHeard('first');
      await admin(`ALTER DATABASE ${db.name} ALLOW_CONNECTIONS false`);
      await db.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> $2', [
        db.name,
        (await db.sql<{ pid: number }>(pid))[0]?.pid,
      ]);
      const failures = () => Promise.resolve(platform.logged('signals.reconnect_failed'));
      const failed = await eventually(failures, ({ length }) => length >= 10);
      await admin(`ALTER DATABASE ${db.name} ALLOW_CONNECTIONS true`);
      await untilHeard('', 2); // look into your tables yourself; the first time that failed
      await signals.send('news', 'second');
      await untilHeard('second');
      expect(heard).toEqual(['first', '', '', 'second']);
      expect(await listeners()).toHaveLength(1);
      expect(Date.parse(failed[9]?.['time']) - Date.parse(failed[0]?.['time'])).toBeGreaterThan(9 * 195); // one at a time
    });

    it('leave the process alone when a receiver fails', async () => {
      const signals = platform.get(Signals);
      await signals.receive('trouble', () => Promise.reject(new Error('no connection is free')));
      await signals.send('trouble', 'now');
      const failures = () => Promise.resolve(platform.logged('signals.receiver_failed'));
      const [failure] = await eventually(failures, ({ length }) => length > 0);
      expect(failure).toMatchObject({ level: 'warn', channel: 'trouble', error: { message: 'no connection is free' } });
    });

    it('wake at once, with all of a turn in one trip; what comes right after follows as one, and is not lost', async () => {
      const signals = platform.get(Signals);
      const heard: string[] = [];
      for (const channel of ['apples', 'pears']) await signals.receive(channel, () => void heard.push(channel));
      const untilHeard = (...expected: string[]) =>
        eventually(
          () => Promise.resolve([...heard].sort()),
          (seen) => seen.join() === expected.join(),
        );
      const synced = jest.spyOn(serialize, 'sync');
      for (const channel of ['apples', 'pears', 'apples']) signals.wake(channel);
      await untilHeard('apples', 'pears');
      expect(synced).toHaveBeenCalledTimes(1);
      for (let times = 0; times < 50; times++) signals.wake('apples');
      await untilHeard('apples', 'apples', 'pears');
      signals.wake('pears');
      await untilHeard('apples', 'apples', 'pears', 'pears');
      expect(synced).toHaveBeenCalledTimes(3);
      synced.mockRestore();
    });
  });
});

function fail(why: string): never {
  throw new Error(why);
}
