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

  it('are not sent at all when one has a value that cannot be written', async () => {
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

  it('give each what it asked for, also the same statement several times', async () => {
    const sums = await uow.run(() =>
      Promise.all([1, 2, 3].map((n) => uow.sql<{ sum: number }>('SELECT 40 + $1::int AS sum', [n]))),
    );
    expect(sums).toEqual([[{ sum: 41 }], [{ sum: 42 }], [{ sum: 43 }]]);
  });
});
