import type { UnitOfWork } from '@platform/database';
import type { Saga, SagaRun, StepOutcome } from '@platform/saga';

/** Another company: it is called over the network, so never inside a transaction, and always under a key that stays. */
export interface Agency {
  book(key: string): Promise<void>;
  giveBack(key: string): Promise<void>;
  /** @returns whether the card was charged */
  charge(key: string): Promise<boolean>;
}

const RETRY = { attempts: 5, firstPauseMs: 100, longestPauseMs: 5_000 };

/** A flight and a hotel, or neither: what can't be paid is given back. */
export function tripSaga(uow: UnitOfWork, agency: Agency): Saga {
  /** What we know of a trip, and the progress of its saga, in one transaction: both are committed, or neither. */
  const note = (run: SagaRun, what: string) =>
    uow.run<StepOutcome>(async () => {
      await uow.execute('INSERT INTO scratch.trip_notes (trip, what) VALUES ($1, $2)', [run.key, what]);
      await run.advance();
      return { kind: 'done' };
    });
  /** A step that books something, and gives it back. */
  const booking = (what: string) => ({
    name: `book-${what}`,
    timeoutMs: 10_000,
    retry: RETRY,
    execute: async (run: SagaRun) => {
      await agency.book(`${run.key} ${what}`); // again after a crash: the key makes the second call harmless
      return note(run, `${what} booked`);
    },
    compensate: async (run: SagaRun) => {
      await agency.giveBack(`${run.key} ${what}`);
      return note(run, `${what} given back`);
    },
  });
  const payment = {
    name: 'pay',
    timeoutMs: 10_000,
    retry: RETRY,
    execute: async (run: SagaRun): Promise<StepOutcome> => {
      const isPaid = await agency.charge(`${run.key} payment`);
      return isPaid ? note(run, 'paid') : { kind: 'undo', reason: 'The card was refused.' };
    },
  };
  return { name: 'trip', steps: [booking('flight'), booking('hotel'), payment] };
}
