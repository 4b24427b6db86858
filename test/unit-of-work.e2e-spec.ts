import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DatabaseModule, isWorthRetrying, type UnitOfWork } from '@platform/database';
import { toProblem } from '../libs/platform/src/http/problem';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { Platform } from './support/platform';
import { SlowWire } from './support/slow-wire';

@Entity({ schema: 'scratch', name: 'notes' })
class Note {
  @PrimaryColumn('integer')
  id: number;

  @Column('text')
  text: string;
}

const INSERT = 'INSERT INTO scratch.notes (id, text) VALUES ($1, $2)';
const TRANSACTION = 'SELECT pg_current_xact_id()::text AS id';
const FAIL_WITH = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'as wanted' USING ERRCODE = '${code}'; END $$`;

describe('the unit of work', () => {
  let db: TestDatabase;
  let platform: Platform;
  let uow: UnitOfWork;
  let lastId = 0;

  beforeAll(async () => {
    db = await TestDatabase.create();
    await db.sql('CREATE SCHEMA scratch');
    await db.sql('CREATE TABLE scratch.notes (id int PRIMARY KEY, text text NOT NULL)');
    platform = await Platform.open(db, [DatabaseModule.forModule({ entities: [Note] })], { DATABASE_POOL: '4' });
    uow = platform.uow;
  });
  afterEach(() => {
    expect(platform.connectionsInUse).toEqual({ taken: 0, waiting: 0 });
  });
  afterAll(async () => {
    await platform.close();
    await db.drop();
  });

  const aNote = () => ++lastId;
  /** Which of these there are, seen from another connection. */
  const stored = async (...ids: number[]) =>
    (await db.sql<{ id: number }>('SELECT id FROM scratch.notes WHERE id = ANY($1) ORDER BY id', [ids])).map(
      ({ id }) => id,
    );
  const gather = (id: number) =>
    uow.gather('notes', id, (ids: number[]) => ({
      text: `INSERT INTO scratch.notes SELECT id, 'gathered' FROM unnest($1::int[]) AS id`,
      values: [ids],
    }));
  const codeOf = (error: unknown) => (error as { code?: string }).code;
  /** Runs `work` and says how often it was begun, and how it ended. */
  const attempts = async (work: () => Promise<unknown>) => {
    let begun = 0;
    const error = await uow
      .run(() => {
        begun++;
        return work();
      })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return { begun, error };
  };

  describe('one transaction', () => {
    it('is shared by everything inside: nested runs, single statements and TypeORM', async () => {
      const seen = await uow.run(async () => {
        const [outer] = await uow.sql<{ id: string }>(TRANSACTION);
        const [inner] = await uow.run(() => uow.sql<{ id: string }>(TRANSACTION));
        const [orm] = await uow.manager.query<Array<{ id: string }>>(TRANSACTION);
        return [outer?.id, inner?.id, orm?.id];
      });
      expect(new Set(seen).size).toBe(1);
      const [alone] = await uow.sql<{ id: string }>(TRANSACTION);
      expect(seen).not.toContain(alone?.id);
    });

    it('takes back everything when a later step fails: statements, nested runs, TypeORM, queued and gathered rows', async () => {
      const [plain, nested, queued, gathered, orm] = [aNote(), aNote(), aNote(), aNote(), aNote()];
      const work = uow.run(async () => {
        await uow.execute(INSERT, [plain, 'plain']);
        await uow.run(() => uow.execute(INSERT, [nested, 'nested']));
        uow.queue(INSERT, [queued, 'queued']);
        gather(gathered);
        await uow.manager.save(Note, { id: orm, text: 'orm' });
        expect(await uow.sql('SELECT FROM scratch.notes WHERE id = ANY($1)', [[plain, nested, orm]])).toHaveLength(3);
        throw new Error('the last step');
      });
      await expect(work).rejects.toThrow('the last step');
      expect(await stored(plain, nested, queued, gathered, orm)).toEqual([]);
    });

    it('keeps everything when nothing fails', async () => {
      const ids = [aNote(), aNote(), aNote(), aNote(), aNote()];
      await uow.run(async () => {
        await uow.execute(INSERT, [ids[0], 'plain']);
        uow.queue(INSERT, [ids[1], 'queued']);
        gather(ids[2]!);
        gather(ids[3]!);
        await uow.manager.insert(Note, { id: ids[4], text: 'orm' });
      });
      expect(await stored(...ids)).toEqual(ids);
    });

    it('takes one trip for statements that do not wait for each other, and one more for all that is queued and COMMIT', async () => {
      const wire = await SlowWire.to(Number(new URL(db.url).port), 30);
      const slow = await Platform.open(db, [], { DATABASE_URL: wire.through(db.url) });
      await slow.uow.sql('SELECT 1'); // the connection is there
      wire.trips = 0;
      await slow.uow.run(async () => {
        await Promise.all([slow.uow.execute(INSERT, [aNote(), 'one']), slow.uow.execute(INSERT, [aNote(), 'two'])]);
        for (let queued = 0; queued < 5; queued++) slow.uow.queue(INSERT, [aNote(), 'queued']);
      });
      expect(wire.trips).toBe(2);
      await slow.close();
      await wire.close();
    });
  });

  describe('the commit', () => {
    it('fails with the reason of a queued write that fails, and nothing has happened', async () => {
      const [first, taken] = [aNote(), aNote()];
      await uow.execute(INSERT, [taken, 'taken']);
      const { begun, error } = await attempts(async () => {
        await uow.execute(INSERT, [first, 'first']);
        uow.queue(INSERT, [taken, 'again']);
        uow.queue(INSERT, [aNote(), 'behind it']);
      });
      expect([begun, codeOf(error)]).toEqual([1, '23505']);
      expect(await stored(first, lastId)).toEqual([]);
    });

    it('is not taken for done when PostgreSQL answers it with ROLLBACK, because somebody swallowed an error', async () => {
      const id = aNote();
      const hook = jest.fn();
      const work = uow.run(async () => {
        uow.afterCommit(hook);
        await uow.execute(INSERT, [id, 'lost']);
        await uow.sql('SELECT 1/0').catch(() => undefined);
      });
      await expect(work).rejects.toThrow('rolled back instead of committed');
      expect(await stored(id)).toEqual([]);
      expect(hook).not.toHaveBeenCalled();
    });

    it('is not tried again when its answer is lost, as it may have happened', async () => {
      const wire = await SlowWire.to(Number(new URL(db.url).port), 0);
      const cut = await Platform.open(db, [], { DATABASE_URL: wire.through(db.url) });
      let begun = 0;
      const work = cut.uow.run(async () => {
        begun++;
        await cut.uow.execute(INSERT, [aNote(), 'perhaps']);
        cut.uow.queue('SELECT pg_sleep(10)', []);
        void eventually(
          () => db.sql(`SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'PgSleep'`, [db.name]),
          (asleep) => asleep.length > 0,
        ).then(() => wire.cut());
      });
      await expect(work.catch((error: unknown) => toProblem(error))).resolves.toMatchObject({ code: 'unavailable' });
      expect(begun).toBe(1);
      expect(cut.connectionsInUse).toEqual({ taken: 0, waiting: 0 });
      expect(await cut.uow.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await cut.close();
      await wire.close();
    });

    it('comes before the hooks, which see what others see; a rollback has none', async () => {
      const id = aNote();
      const seen = Promise.withResolvers<number[]>();
      await uow.run(async () => {
        uow.afterCommit(() => seen.resolve(stored(id)));
        await uow.execute(INSERT, [id, 'seen']);
        expect(await stored(id)).toEqual([]);
      });
      expect(await seen.promise).toEqual([id]);
      const hook = jest.fn();
      const refused = () =>
        uow.run(async () => {
          await uow.execute(INSERT, [id, 'again']);
        });
      await expect(
        uow.run(() => {
          uow.afterCommit(hook);
          return refused();
        }),
      ).rejects.toThrow('duplicate key');
      expect(hook).not.toHaveBeenCalled();
      uow.afterCommit(hook);
      expect(hook).toHaveBeenCalledTimes(1);
    });
  });

  describe('its borders', () => {
    it('are watched: what needs a transaction fails loudly outside, what must not be inside fails loudly there', async () => {
      expect(() => uow.queue(INSERT, [aNote(), 'never'])).toThrow('UnitOfWork.queue must run inside');
      expect(() => gather(aNote())).toThrow('UnitOfWork.gather must run inside');
      expect(() => uow.requireActive('Stock.hold')).toThrow('Stock.hold must run inside UnitOfWork.run()');
      uow.forbidActive('Gateway.charge');
      await uow.run(async () => {
        uow.requireActive('Stock.hold');
        expect(() => uow.forbidActive('Gateway.charge')).toThrow('Gateway.charge must not run inside a transaction');
      });
    });

    it('hold for a promise that outlives its transaction: whatever it still wants to write is refused', async () => {
      const ended = Promise.withResolvers<void>();
      const id = aNote();
      let late: Array<Promise<unknown>> = [];
      await uow.run(async () => {
        const { manager } = uow;
        await uow.sql('SELECT 1');
        const writes: Array<() => unknown> = [
          () => uow.execute(INSERT, [id, 'late']),
          () => uow.queue(INSERT, [id, 'late']),
          () => gather(id),
          () => uow.run(() => uow.execute(INSERT, [id, 'late'])),
          () => uow.manager.insert(Note, { id, text: 'late' }),
          () => manager.insert(Note, { id, text: 'late' }),
          () => uow.afterCommit(() => undefined),
        ];
        late = writes.map(async (write) => {
          await ended.promise;
          await write();
        });
      });
      ended.resolve();
      const outcomes = await Promise.allSettled(late);
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
        outcomes.map(() => expect.stringContaining('This transaction has ended')),
      );
      expect(await stored(id)).toEqual([]);
    });
  });

  describe('trying again', () => {
    it('runs the whole work of the loser of a deadlock again', async () => {
      const [a, b] = [aNote(), aNote()];
      await uow.run(async () => [await uow.execute(INSERT, [a, '']), await uow.execute(INSERT, [b, ''])]);
      const bothHaveOne = barrier(2);
      const add = (text: string, ids: number[]) =>
        attempts(async () => {
          for (const id of ids) {
            await uow.execute('UPDATE scratch.notes SET text = text || $2 WHERE id = $1', [id, text]);
            await bothHaveOne();
          }
        });
      const [first, second] = await Promise.all([add('x', [a, b]), add('y', [b, a])]);
      expect([first.error, second.error]).toEqual([undefined, undefined]);
      expect(first.begun + second.begun).toBeGreaterThanOrEqual(3); // who lost once may lose again
      const texts = await db.sql<{ text: string }>('SELECT text FROM scratch.notes WHERE id = ANY($1)', [[a, b]]);
      expect(texts.map(({ text }) => [...text].sort().join(''))).toEqual(['xy', 'xy']);
    });

    it('runs the whole work again when two serializable transactions cannot both be right', async () => {
      const bothHaveCounted = barrier(2);
      const limit = 1;
      const addUpTo = (id: number) =>
        attempts(async () => {
          await uow.sql('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
          const found = await uow.sql(`SELECT FROM scratch.notes WHERE text = 'limited'`);
          await bothHaveCounted();
          if (found.length < limit) await uow.execute(INSERT, [id, 'limited']);
        });
      const ids = [aNote(), aNote()];
      const outcomes = await Promise.all(ids.map(addUpTo));
      expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
      expect(outcomes[0]!.begun + outcomes[1]!.begun).toBeGreaterThanOrEqual(3);
      expect(await stored(...ids)).toHaveLength(limit);
    });

    it('knows a deadlock also when it hears first of what was sent behind it', async () => {
      const throughManyHands = async (hands: number, text: string): Promise<unknown> =>
        hands > 0 ? throughManyHands(hands - 1, text) : uow.sql(text);
      for (let round = 0; round < 50; round++) {
        // the answers must come in one packet, as they mostly do
        const texts = [FAIL_WITH('40P01')];
        const work = () => Promise.all([throughManyHands(8, texts.pop() ?? 'SELECT 1'), uow.sql('SELECT 1')]);
        expect(await attempts(work)).toMatchObject({ begun: 2, error: undefined });
      }
    });

    it('gives up after five attempts and says that the service is busy', async () => {
      for (const code of ['40P01', '40001']) {
        const { begun, error } = await attempts(() => uow.sql(FAIL_WITH(code)));
        expect([begun, codeOf(error), toProblem(error).code]).toEqual([5, code, 'unavailable']);
      }
    });

    it.each(['23505', '23514', '22P02', '57014', '55P03'])('is not for %s', async (code) => {
      const { begun, error } = await attempts(() => uow.sql(FAIL_WITH(code)));
      expect([begun, codeOf(error), isWorthRetrying(error)]).toEqual([1, code, false]);
    });
  });
});

/** @returns an arrival: it waits until so many have arrived, and lets everybody pass from then on */
function barrier(parties: number): () => Promise<void> {
  const full = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    if (++arrived >= parties) full.resolve();
    return full.promise;
  };
}
