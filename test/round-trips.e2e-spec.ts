import { serialize } from 'pg-protocol';
import type { UnitOfWork } from '@platform/database';
import { TestDatabase } from './support/database';
import { Platform } from './support/platform';

const INSERT = 'INSERT INTO scratch.notes (id, text) VALUES ($1, $2)';
const FAIL = `SELECT 1 / $1::int AS impossible`;

describe('statements that make one trip', () => {
  let db: TestDatabase;
  let platform: Platform;
  let uow: UnitOfWork;
  let nextId = 1;

  beforeAll(async () => {
    db = await TestDatabase.create();
    await db.sql('CREATE SCHEMA scratch');
    await db.sql('CREATE TABLE scratch.notes (id int PRIMARY KEY, text text NOT NULL)');
    platform = await Platform.open(db, [], { DATABASE_POOL: '2' });
    uow = platform.uow;
  });
  afterEach(() => expect(platform.connectionsInUse).toEqual({ taken: 0, waiting: 0 }));
  afterAll(async () => {
    await platform.close();
    await db.drop();
  });

  const stored = async (...ids: number[]) =>
    (await db.sql<{ id: number }>('SELECT id FROM scratch.notes WHERE id = ANY($1) ORDER BY id', [ids])).map(
      ({ id }) => id,
    );
  const codesOf = (outcomes: Array<PromiseSettledResult<unknown>>) =>
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code?: string }).code));

  it('share one Sync, so that PostgreSQL answers them in one go', async () => {
    const synced = jest.spyOn(serialize, 'sync');
    await uow.run(async () => {
      await Promise.all([uow.execute(INSERT, [nextId++, 'one']), uow.execute(INSERT, [nextId++, 'two'])]);
      for (let queued = 0; queued < 5; queued++) uow.queue(INSERT, [nextId++, 'queued']);
    });
    expect(synced).toHaveBeenCalledTimes(2);
    synced.mockRestore();
  });

  it('in a transaction: what is behind a failed one is not run, and what was before it is taken back', async () => {
    const [first, last] = [nextId++, nextId++];
    let outcomes: Array<PromiseSettledResult<unknown>> = [];
    const work = uow.run(async () => {
      outcomes = await Promise.allSettled([
        uow.execute(INSERT, [first, 'before']),
        uow.sql(FAIL, [0]),
        uow.execute(INSERT, [last, 'behind']),
      ]);
    });
    await expect(work).rejects.toThrow('rolled back instead of committed'); // whoever swallows a failure
    expect(codesOf(outcomes)).toEqual(['done', '22012', '25P02']);
    expect(await stored(first, last)).toEqual([]);
  });

  it('outside of one: they stand and fall each for itself', async () => {
    const [first, last] = [nextId++, nextId++];
    const outcomes = await uow.together(() =>
      Promise.allSettled([
        uow.execute(INSERT, [first, 'before']),
        uow.sql(FAIL, [0]),
        uow.execute(INSERT, [last, 'behind']),
      ]),
    );
    expect(codesOf(outcomes)).toEqual(['done', '22012', 'done']);
    expect(await stored(first, last)).toEqual([first, last]);
  });

  it('do not follow one that has a value that cannot be written', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const [first, queued] = [nextId++, nextId++];
    const waiting = uow.run(() => Promise.all([uow.execute(INSERT, [first, 'x']), uow.sql(FAIL, [circular])]));
    await expect(waiting).rejects.toThrow('circular');
    const atCommit = uow.run(async () => {
      await uow.execute(INSERT, [first, 'x']);
      uow.queue(INSERT, [queued, 'x']);
      uow.queue(INSERT, [circular, 'x']);
    });
    await expect(atCommit).rejects.toThrow('circular');
    expect(await stored(first, queued)).toEqual([]);
    expect(await uow.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('have one effect when a migration outdates one of a transaction that is a single trip', async () => {
    const ids = [nextId++, nextId++, nextId++];
    const note = (id: number | undefined) =>
      uow.run(() => {
        uow.queue(INSERT, [id, 'changing']);
        uow.queue(`UPDATE scratch.notes SET text = text || '!' WHERE id = $1 RETURNING *`, [id]);
        return Promise.resolve();
      });
    await note(ids[0]);
    await db.sql('ALTER TABLE scratch.notes ADD COLUMN more int');
    await note(ids[1]);
    await note(ids[2]);
    expect(await db.sql('SELECT text FROM scratch.notes WHERE id = ANY($1)', [ids])).toEqual(
      ids.map(() => ({ text: 'changing!' })),
    );
  });

  it('outside of one: none is done when the connection is lost before PostgreSQL could commit', async () => {
    const id = nextId++;
    const outcomes = await uow.together(() =>
      Promise.allSettled([
        uow.execute(INSERT, [id, 'before']),
        uow.sql('SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep($1)', [5]),
        uow.sql('SELECT 1 AS behind'),
      ]),
    );
    expect(codesOf(outcomes)).toEqual(['57P01', '57P01', '57P01']);
    expect(await stored(id)).toEqual([]);
  });

  it('outside of one: none is done whose own commit fails', async () => {
    await db.sql('CREATE TABLE scratch.pairs (note int REFERENCES scratch.notes DEFERRABLE INITIALLY DEFERRED)');
    const orphan = 'INSERT INTO scratch.pairs VALUES ($1)';
    const id = nextId++;
    await expect(uow.execute(orphan, [-1])).rejects.toMatchObject({ code: '23503' });
    const outcomes = await uow.together(() =>
      Promise.allSettled([uow.execute(INSERT, [id, 'x']), uow.execute(orphan, [-1])]),
    );
    expect(codesOf(outcomes)).toEqual(['done', '23503']);
    expect([await stored(id), await db.sql('SELECT FROM scratch.pairs')]).toEqual([[id], []]);
  });

  it('are in their transaction also when a value of the first one cannot be written and somebody swallows that', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const id = nextId++;
    const work = uow.run(async () => {
      await uow.sql(FAIL, [circular]).catch(() => undefined);
      await uow.execute(INSERT, [id, 'x']);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await stored(id)).toEqual([]);
  });

  it('start over as one unit of work when a pooler has forgotten one', async () => {
    const id = nextId++;
    await uow.run(() => uow.sql('SELECT 1'));
    await uow.sql('DEALLOCATE ALL');
    let begun = 0;
    await uow.run(async () => {
      begun++;
      await uow.execute(INSERT, [id, 'x']).catch(() => undefined);
      await uow.execute(INSERT, [id + 1_000, 'x']);
    });
    expect([begun, await stored(id, id + 1_000)]).toEqual([2, [id, id + 1_000]]);
  });

  it('stay inside of their transaction when a pooler has forgotten all names, also those that are sent before it says so', async () => {
    const [first, later] = [nextId++, nextId++];
    await uow.run(() => uow.execute(INSERT, [nextId++, 'x']));
    await uow.sql('DEALLOCATE ALL');
    const work = uow.run(async () => {
      const sentLater = new Promise(setImmediate).then(() => uow.execute(`${INSERT} -- never parsed`, [later, 'x']));
      await Promise.all([uow.execute(INSERT, [first, 'x']), sentLater]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow();
    expect(await stored(first, later)).toEqual([]);
  });

  it('are inside of their transaction or refused, however late they are asked for', async () => {
    const XACT = 'SELECT pg_current_xact_id()::text AS xact';
    const late: Array<Promise<Array<{ xact: string }>>> = [];
    const own = await uow.run(async () => {
      const [row] = await uow.sql<{ xact: string }>(XACT);
      for (let ticks = 0; ticks < 20; ticks++) {
        const wait = async () => {
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
        };
        const asked = wait().then(() => uow.sql<{ xact: string }>(XACT));
        asked.catch(() => undefined); // looked at below
        late.push(asked);
      }
      return row;
    });
    const outcomes = await Promise.allSettled(late);
    const inside = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    expect(inside).not.toHaveLength(0);
    expect(inside).toEqual(inside.map(() => own));
  });

  it('each get their answer, and the others are run, when one outside of a transaction cannot be written', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const ids = [nextId++, nextId++];
    const outcomes = await uow.together(() =>
      Promise.allSettled([
        uow.execute(INSERT, [ids[0], 'before']),
        uow.sql(FAIL, [circular]),
        uow.execute(INSERT, [ids[1], 'behind']),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await stored(...ids)).toEqual(ids);
  });

  it('give each what it asked for, also behind one that is empty', async () => {
    const both = uow.run(() => Promise.all([uow.sql('-- nothing'), uow.sql('SELECT $1::int AS one', [1])]));
    expect(await both).toEqual([[], [{ one: 1 }]]);
  });

  it('are over before somebody else gets their connection, and none follows later', async () => {
    const late = Promise.withResolvers<void>();
    let slow: Promise<unknown> | undefined;
    let behind: Promise<unknown> | undefined;
    let answered = false;
    const work = uow.together(() => {
      slow = uow.sql('SELECT pg_sleep(0.2)').then(() => (answered = true));
      behind = late.promise.then(() => uow.sql('SELECT 1'));
      return Promise.reject(new Error('something else'));
    });
    await expect(work).rejects.toThrow('something else');
    expect(answered).toBe(true);
    late.resolve();
    await expect(behind).rejects.toThrow('has been given back');
    await slow;
  });

  it('give each what it asked for, also the same statement several times', async () => {
    const sums = await uow.run(() =>
      Promise.all([1, 2, 3].map((n) => uow.sql<{ sum: number }>('SELECT 40 + $1::int AS sum', [n]))),
    );
    expect(sums).toEqual([[{ sum: 41 }], [{ sum: 42 }], [{ sum: 43 }]]);
  });
});
