import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LeaseLost, SagaSubjects, type SagaRun, type SagaSubject, type StepOutcome } from '@platform/saga';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import type { Platform } from './support/platform';
import { aSaga, SagaStage, type WantedStep } from './support/sagas';

const done: StepOutcome = { kind: 'done' };
const fails = (why: string) => () => Promise.reject(new Error(why));

describe('sagas', () => {
  let db: TestDatabase;
  let stage: SagaStage;
  const workers: Platform[] = [];

  beforeAll(async () => {
    db = await TestDatabase.create();
    await db.sql('CREATE SCHEMA scratch');
    await db.sql('CREATE TABLE scratch.effects (n serial, key uuid, what text)');
    stage = await SagaStage.open(db);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await db.sql('DELETE FROM platform.sagas');
  });
  afterAll(async () => {
    await stage.close();
    await db.drop();
  });

  const startWorker = async (...sagas: Parameters<SagaStage['worker']>) => {
    workers.push(await stage.worker(...sagas));
    return workers.at(-1)!;
  };
  const write = ({ key }: { key: string }, what: string) =>
    stage.uow.execute('INSERT INTO scratch.effects (key, what) VALUES ($1, $2)', [key, what]);
  /** A step that leaves a trace, forwards and back. */
  const traced = (name: string, more: WantedStep = {}): WantedStep => ({
    execute: (run) => write(run, name).then(() => done),
    compensate: (run) => write(run, `undo ${name}`).then(() => done),
    ...more,
  });
  const traces = async (key: string) =>
    (await db.sql<{ what: string }>('SELECT what FROM scratch.effects WHERE key = $1 ORDER BY n', [key])).map(
      ({ what }) => what,
    );

  describe('forwards', () => {
    it('go step by step to their end, and begin only if their transaction is committed', async () => {
      const saga = aSaga('forwards', { one: traced('one'), two: traced('two'), three: traced('three') });
      await startWorker(saga);
      const key = await stage.start(saga);
      expect(await stage.until(key, 'done')).toMatchObject({ step: 'three', lease: null, last_error: null });
      expect(await traces(key)).toEqual(['one', 'two', 'three']);
      await expect(stage.uow.run(() => stage.start(saga).then(fails('no')))).rejects.toThrow('no');
      expect(await db.sql('SELECT FROM platform.sagas')).toHaveLength(1);
    });

    it('write the effect of a step and their progress together: a failure after `advance` takes both back', async () => {
      let tries = 0;
      const atomic = (run: SagaRun) =>
        stage.uow.run<StepOutcome>(async () => {
          await write(run, `try ${++tries}`);
          await run.advance();
          if (tries === 1) throw new Error('after advance');
          return done;
        });
      const saga = aSaga('atomic', { one: { execute: atomic }, two: traced('two') });
      const { take, run } = stage.hand(saga);
      const key = await stage.start(saga);
      await run(await take());
      expect(await stage.row(key)).toMatchObject({
        step: 'one',
        attempts: 1,
        lease: null,
        last_error: 'after advance',
      });
      expect(await traces(key)).toEqual([]);
      await stage.hurry(key);
      await run(await take());
      expect(await stage.row(key)).toMatchObject({ step: 'two', status: 'done' });
      expect(await traces(key)).toEqual(['try 2', 'two']);
    });

    describe('and do the next step in the same transaction when a step says so', () => {
      let fault: Error | undefined;
      const one = (run: SagaRun) =>
        stage.uow.run<StepOutcome>(async () => {
          await write(run, 'one');
          await (run.attempt === 0 ? run.advanceWithNext() : run.advance());
          return done;
        });
      const two = (run: SagaRun) =>
        stage.uow.run<StepOutcome>(async () => {
          await write(run, `two, try ${run.attempt}`);
          await run.advance();
          if (fault) throw fault;
          return done;
        });
      const twoInOne = aSaga('two-in-one', { one: { execute: one }, two: { execute: two }, three: traced('three') });

      it('and go on behind both', async () => {
        fault = undefined;
        const { take, run } = stage.hand(twoInOne);
        const key = await stage.start(twoInOne);
        await run(await take());
        expect(await stage.row(key)).toMatchObject({ step: 'three', status: 'done' });
        expect(await traces(key)).toEqual(['one', 'two, try 0', 'three']);
        const byTransaction = 'SELECT count(*)::int AS n FROM scratch.effects WHERE key = $1 GROUP BY xmin ORDER BY n';
        expect(await db.sql(byTransaction, [key])).toEqual([{ n: 1 }, { n: 2 }]);
      });

      it('or neither, when one of them fails: then each is tried by itself', async () => {
        fault = new Error('too much at once');
        const { take, run } = stage.hand(twoInOne);
        const key = await stage.start(twoInOne);
        await run(await take());
        expect(await stage.row(key)).toMatchObject({ step: 'one', attempts: 1, last_error: 'too much at once' });
        expect(await traces(key)).toEqual([]);
        await stage.hurry(key);
        await run(await take());
        expect(await stage.row(key)).toMatchObject({ step: 'two', attempts: 1 });
        expect(await traces(key)).toEqual(['one']);
      });

      it('unless the next one leaves its progress to the runner: it would be done twice', async () => {
        const saga = aSaga('careless', { one: { execute: one }, two: traced('two') });
        const { take, run } = stage.hand(saga);
        const key = await stage.start(saga);
        await run(await take());
        expect(await stage.row(key)).toMatchObject({ step: 'one', last_error: 'Step two must be done and advance.' });
        expect(await traces(key)).toEqual([]);
      });
    });

    it('wait until a moment or for a while, and run at once when they are woken', async () => {
      let answer: StepOutcome = { kind: 'wait', until: new Date(Date.now() + 3_600_000) };
      const saga = aSaga('patient', { one: { execute: () => answer } });
      await startWorker(saga);
      const key = await stage.start(saga);
      const waiting = await eventually(
        () => stage.row(key),
        ({ waits_ms }) => waits_ms > 60_000,
      );
      expect(waiting).toMatchObject({ status: 'running', lease: null, attempts: 0 });
      answer = { kind: 'wait', forMs: 600_000 };
      await stage.wake(saga, key);
      await eventually(
        () => stage.row(key),
        ({ waits_ms, lease }) => waits_ms < 600_000 && lease === null,
      );
      answer = done;
      await stage.wake(saga, key);
      await stage.until(key, 'done');
    });

    it('run a step again that was woken while it ran, instead of letting it sleep', async () => {
      const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let runs = 0;
      const execute = async (): Promise<StepOutcome> => {
        if (++runs > 1) return done;
        began.resolve();
        await goOn.promise;
        return { kind: 'wait', forMs: 3_600_000 };
      };
      const saga = aSaga('woken', { one: { execute } });
      await startWorker(saga);
      const key = await stage.start(saga);
      await began.promise;
      await stage.wake(saga, key);
      expect(runs).toBe(1);
      goOn.resolve();
      await stage.until(key, 'done');
      expect(runs).toBe(2);
    });

    it('start at the moment that they were started for', async () => {
      const saga = aSaga('later', { one: traced('one') });
      await startWorker(saga);
      const [early, late] = [await stage.start(saga), await stage.start(saga, new Date(Date.now() + 3_600_000))];
      await stage.until(early, 'done');
      expect(await traces(late)).toEqual([]);
      await stage.hurry(late);
      await stage.until(late, 'done');
    });
  });

  describe('that fail', () => {
    const retry = { attempts: 4, firstPauseMs: 40, longestPauseMs: 60 };

    it('try a step again with pauses, then undo in reverse, beginning with the step that failed', async () => {
      const pauses: number[] = [];
      const saga = aSaga('reverse', {
        one: traced('one'),
        two: { execute: (run) => write(run, 'two').then(() => done) }, // nothing to undo
        three: traced('three', { retry, execute: fails('out of order') }),
        four: traced('four'),
      });
      const { take, run, log } = stage.hand(saga);
      const key = await stage.start(saga);
      for (let attempt = 1; attempt < retry.attempts; attempt++) {
        await run(await take());
        const row = await stage.row(key);
        expect(row).toMatchObject({ step: 'three', status: 'running', attempts: attempt, last_error: 'out of order' });
        pauses.push(row.waits_ms);
        await stage.hurry(key);
      }
      expect(Math.max(...pauses)).toBeLessThan(60);
      await run(await take());
      expect(await stage.row(key)).toMatchObject({ step: 'one', status: 'undone', lease: null });
      expect(await traces(key)).toEqual(['one', 'two', 'undo three', 'undo one']);
      expect(log.warn).toHaveBeenCalledTimes(retry.attempts);
    });

    it('are undone at once from the step before when a step says that it cannot succeed', async () => {
      const refused: StepOutcome = { kind: 'undo', reason: 'The card was refused.' };
      const saga = aSaga('refused', { one: traced('one'), two: traced('two', { execute: () => refused }) });
      await startWorker(saga);
      const key = await stage.start(saga);
      await stage.until(key, 'undone');
      expect(await traces(key)).toEqual(['one', 'undo one']);
    });

    it('end there when a step says that nothing more is to be done', async () => {
      const over: StepOutcome = { kind: 'end', reason: 'Sold elsewhere.' };
      const saga = aSaga('over', { one: traced('one'), two: { execute: () => over }, three: traced('three') });
      await startWorker(saga);
      const key = await stage.start(saga);
      expect(await stage.until(key, 'done')).toMatchObject({ step: 'two', last_error: 'Sold elsewhere.' });
      expect(await traces(key)).toEqual(['one']);
    });

    it('need attention when they can go neither on nor back, and say so', async () => {
      const twice = { attempts: 2, firstPauseMs: 1, longestPauseMs: 2 };
      const saga = aSaga('stuck', {
        one: traced('one', { retry: twice, compensate: fails('no way back') }),
        two: traced('two', { retry: twice, execute: fails('no way on') }),
      });
      const worker = await startWorker(saga);
      const key = await stage.start(saga);
      const row = await stage.until(key, 'needs_attention');
      expect(row).toMatchObject({ step: 'one', lease: null, last_error: 'no way back' });
      expect(worker.logged('sagas.needs_attention')).toMatchObject([{ key, step: 'one', level: 'error' }]);
      await stage.hurry(key);
      const other = await stage.start(aSaga('stuck', { one: {} }));
      await eventually(
        () => traces(other),
        ({ length }) => length > 0,
      ); // the worker has looked again
      expect(await traces(key)).toEqual(['one', 'undo two']);
    });
  });

  describe('that need a person', () => {
    const once = { attempts: 1, firstPauseMs: 1, longestPauseMs: 2 };
    /** Shows on its subject what happens to the saga, as an order does in its timeline. */
    const showing = (saga: string, more: Partial<SagaSubject> = {}): SagaSubject => ({
      saga,
      parked: (key, reason) => write({ key }, `parked: ${reason}`).then(() => undefined),
      retried: (key, by) => write({ key }, `retried by ${by}`).then(() => undefined),
      resolved: (key, { outcome, by }) => write({ key }, `${outcome} by ${by}`).then(() => undefined),
      ...more,
    });

    it('are parked where a step says so, or where it is exhausted behind the point of no return', async () => {
      const parks: StepOutcome = { kind: 'park', reason: 'Somebody must call the bank.' };
      const asks = aSaga('asks', { one: traced('one'), two: traced('two', { execute: () => parks }) });
      const fallen = aSaga('fallen', {
        one: traced('one'),
        two: traced('two', { retry: once, whenExhausted: 'park', execute: fails('secret internals') }),
      });
      const worker = await startWorker(asks, fallen);
      for (const { name } of [asks, fallen]) worker.get(SagaSubjects).register(showing(name));
      const keys = [await stage.start(asks), await stage.start(fallen)] as const;
      const rows = await Promise.all(keys.map((key) => stage.until(key, 'needs_attention')));
      expect(rows).toMatchObject([
        { step: 'two', lease: null, last_error: 'Somebody must call the bank.' },
        { step: 'two', lease: null, last_error: 'secret internals' },
      ]);
      expect(await traces(keys[0])).toEqual(['one', 'parked: Somebody must call the bank.']);
      expect(await traces(keys[1])).toEqual(['one', 'parked: The step two has failed, and is out of tries.']);
    });

    it('go on where they stood and in their direction, with all their tries, for one of those who decide at once', async () => {
      let isOpen = false;
      const gate = (name: string) => (run: SagaRun) => (isOpen ? write(run, name).then(() => done) : fails('shut')());
      const on = aSaga('on', { one: { retry: once, whenExhausted: 'park', execute: gate('one') }, two: traced('two') });
      const back = aSaga('back', {
        one: traced('one', { retry: once, compensate: gate('undo one') }),
        two: { retry: once, execute: fails('no way on') },
      });
      stage.show(showing('on'), showing('back'));
      await startWorker(on, back);
      const keys = [await stage.start(on), await stage.start(back)] as const;
      for (const key of keys) await stage.until(key, 'needs_attention');
      isOpen = true;
      const [ofOn, ofBack] = [await stage.idOf(keys[0]), await stage.idOf(keys[1])];
      const decisions = [
        ...[1, 2, 3].map((n) => stage.parked.retry(ofOn, `person ${n}`)),
        ...[4, 5].map((n) => stage.parked.resolve(ofOn, { outcome: 'undone', note: 'by hand', by: `person ${n}` })),
        stage.parked.retry(ofBack, 'person 6'),
      ];
      const settled = await Promise.allSettled(decisions);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      const refusals = settled.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.code);
      expect(refusals).toEqual(Array(4).fill('saga_needs_no_attention'));
      await stage.until(keys[1], 'undone');
      expect(await traces(keys[1])).toEqual(['one', 'retried by person 6', 'undo one']);
      const decided = (await traces(keys[0])).filter((what) => what.includes('person'));
      expect(decided).toHaveLength(1); // what the others had shown was rolled back
      await stage.until(keys[0], decided[0]!.startsWith('retried') ? 'done' : 'undone');
    });

    it('are parked even when their subject cannot show it', async () => {
      const saga = aSaga('unseen', { one: { execute: () => ({ kind: 'park', reason: 'look' }) } });
      const worker = await startWorker(saga);
      worker.get(SagaSubjects).register(showing('unseen', { parked: fails('no such order') }));
      const key = await stage.start(saga);
      expect(await stage.until(key, 'needs_attention')).toMatchObject({ last_error: 'look' });
      expect(worker.logged('sagas.parked_unseen')).toHaveLength(1);
    });

    it('tell a step since when they are under way, so that it knows what the person has seen', async () => {
      const seen: Date[] = [];
      const execute = ({ since }: SagaRun): StepOutcome =>
        seen.push(since) === 1 ? { kind: 'park', reason: 'look' } : done;
      const saga = aSaga('since', { one: { execute } });
      await startWorker(saga);
      const key = await stage.start(saga);
      await stage.until(key, 'needs_attention');
      const retried = await stage.parked.retry(await stage.idOf(key), 'somebody');
      await stage.until(key, 'done');
      expect(seen).toEqual([retried.createdAt, retried.updatedAt]);
    });
  });

  it('are started once for a key, however many want it', async () => {
    const saga = aSaga('wanted', { one: traced('one') });
    await startWorker(saga);
    const key = randomUUID();
    const started = await Promise.all([1, 2, 3, 4].map(() => stage.startOnce(saga, key)));
    expect(started.filter((isNew) => isNew)).toHaveLength(1);
    await stage.until(key, 'done');
    expect(await stage.startOnce(saga, key)).toBe(false);
    expect(await traces(key)).toEqual(['one']);
  });

  describe('and their lease', () => {
    /** A saga whose first step halts in its first run until it is told to go on, then writes late. */
    const halting = (name: string, more: WantedStep = {}) => {
      const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const lateWrite = Promise.withResolvers<unknown>();
      let runs = 0;
      const execute = async (run: SagaRun): Promise<StepOutcome> => {
        const isFirst = ++runs === 1;
        began.resolve();
        if (isFirst) await goOn.promise;
        const written = stage.uow.run(async () => {
          await write(run, isFirst ? 'late' : 'in time');
          await run.advance();
        });
        if (isFirst) written.then(lateWrite.resolve, lateWrite.resolve);
        return written.then(() => done);
      };
      const saga = aSaga(name, { one: { ...more, execute }, two: traced('two') });
      return { saga, began: began.promise, goOn: goOn.resolve, lateWrite: lateWrite.promise };
    };

    it('let no two workers run the same saga, however many look at once', async () => {
      const saga = aSaga('crowded', { one: traced('one'), two: traced('two') });
      const keys = await Promise.all(Array.from({ length: 60 }, () => stage.start(saga)));
      await Promise.all([startWorker(saga), startWorker(saga), startWorker(saga)]);
      for (const key of keys) {
        await stage.until(key, 'done');
        expect(await traces(key)).toEqual(['one', 'two']);
      }
    });

    it('go before all others that are due when their worker has died', async () => {
      const saga = aSaga('orphaned', { one: traced('one') });
      const { store, take } = stage.hand(saga);
      const orphan = await stage.start(saga);
      await take();
      const waiting = await Promise.all(
        Array.from({ length: 5 }, () => stage.start(saga, new Date(Date.now() - 9_000))),
      );
      await stage.hurry(orphan); // its lease ends
      const first = await store.takeOrphans([saga.name], 10, 60);
      expect(first.map(({ key }) => key)).toEqual([orphan]);
      const others = await store.take([saga.name], 10, 60);
      expect(others.map(({ key }) => key).sort()).toEqual(waiting.sort());
    });

    it('are taken by the dozen, and all of them, when more are due than a worker has places', async () => {
      const saga = aSaga('dozens', { one: traced('one') });
      const keys = await Promise.all(Array.from({ length: 150 }, () => stage.start(saga)));
      await startWorker(saga);
      for (const key of keys) await stage.until(key, 'done');
    });

    it('refuse the late write of a worker that was overtaken, with its effect', async () => {
      const { saga, began, goOn, lateWrite } = halting('overtaken');
      const [slow, quick] = [stage.hand(saga), stage.hand(saga)];
      const key = await stage.start(saga);
      const sleeping = slow.run(await slow.take());
      await began;
      expect(await quick.take()).toBeUndefined();
      await stage.hurry(key); // the lease ends
      await quick.run(await quick.take());
      goOn();
      expect(await lateWrite).toBeInstanceOf(LeaseLost);
      expect(await sleeping).toBe(false);
      expect(await traces(key)).toEqual(['in time', 'two']);
      expect(slow.log.warn).toHaveBeenCalledWith('sagas.lease_lost', { saga: 'overtaken', key });
      expect(await stage.row(key)).toMatchObject({ status: 'done', lease: null });
    });

    it('refuse the late write of a step that took too long, while the same worker undoes it', async () => {
      const [undoing, goOnUndoing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const { saga, goOn, lateWrite } = halting('too slow', {
        timeoutMs: 50,
        retry: { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 },
        compensate: async (run) => {
          undoing.resolve();
          await goOnUndoing.promise;
          return write(run, 'undo one').then(() => done);
        },
      });
      const { take, run } = stage.hand(saga);
      const key = await stage.start(saga);
      const running = run(await take());
      await undoing.promise;
      goOn();
      expect(await lateWrite).toBeInstanceOf(LeaseLost);
      goOnUndoing.resolve();
      await running;
      expect(await stage.row(key)).toMatchObject({ status: 'undone', last_error: 'Step one took longer than 50 ms.' });
      expect(await traces(key)).toEqual(['undo one']);
    });

    it('is kept while one step takes longer than it, and while many short ones do', async () => {
      const slow = (ms: number) => ({ timeoutMs: 15_000, execute: () => delay(ms).then(() => done) });
      const short = Array.from({ length: 7 }, (_, n) => [`short ${n}`, slow(1_300)]);
      const sagas = [aSaga('long', { one: slow(9_000) }), aSaga('many', Object.fromEntries(short))];
      await startWorker(...sagas);
      const keys = await Promise.all(sagas.map((saga) => stage.start(saga)));
      const leases = new Set<string>();
      await eventually(
        async () => {
          const rows = await Promise.all(keys.map((key) => stage.row(key)));
          for (const { lease } of rows) if (lease !== null) leases.add(lease);
          return rows;
        },
        (rows) => rows.every(({ status }) => status === 'done'),
      );
      expect(leases.size).toBe(2); // nobody had to take it anew
    });
  });
});
