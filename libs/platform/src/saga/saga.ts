/** How a step of a saga ended, when it did not throw. */
export type StepOutcome =
  /** The step is done: on to the next. */
  | { kind: 'done' }
  /** Not yet: run this step again then (by the database's clock), or when the saga is woken. Costs no attempt. */
  | ({ kind: 'wait' } & Wait)
  /** It can't succeed: undo the steps before it, in reverse. */
  | { kind: 'undo'; reason: string }
  /** Nothing more is to be done, and nothing to undo: the saga ends here. */
  | { kind: 'end'; reason: string }
  /** It can go neither on nor back until a person has looked; `reason` is shown to whoever follows the saga's subject. */
  | { kind: 'park'; reason: string };

/** Until a moment, or for a while. */
export type Wait = { until: Date } | { forMs: number };

/** What to do when a step throws: growing pauses with jitter, then whatever `whenExhausted` says. */
export interface RetryPolicy {
  /** How often a step is tried in all, 1 or more. */
  attempts: number;
  /** The longest pause after the first failure; it doubles with each further one, and a random part of it is waited. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** What a step knows of the saga it belongs to. */
export interface SagaRun {
  /** What the saga is about, e.g. the id of an order. */
  readonly key: string;
  /** How often this step has been tried before. */
  readonly attempt: number;
  /** Since when the saga is under way, by the database's clock: since its start, or since a person set it going again. */
  readonly since: Date;
  /** Whether the step before is in this same transaction, and has not written everything yet: see `advanceWithNext`. */
  readonly isJoined: boolean;
  /**
   * Moves the saga on, inside the step's own transaction: effect and progress are committed together, and a worker that
   * has lost its lease (stopped for half a minute, say) is refused here, so its late write is undone.
   * @throws LeaseLost
   */
  advance(): Promise<void>;
  /**
   * Does the next step too, inside the transaction of this one: one commit instead of two. For a next step that only
   * touches PostgreSQL and calls `advance` itself. When it fails, this step has failed: let a further try use `advance`.
   * @throws LeaseLost
   */
  advanceWithNext(): Promise<void>;
}

/**
 * One step, as data. `execute` may run more than once, by any worker, after a crash at any statement: it must find out
 * what has already happened, and talk to the outside world only under keys that stay the same.
 */
export interface SagaStep {
  readonly name: string;
  /** How long one try may take; a try that takes longer has failed, and can't write any more. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /**
   * After the last try: undo from here (the default), or `park` the saga for a person, in a step behind the point of no
   * return (the pivot), from which a saga only goes on.
   */
  readonly whenExhausted?: 'undo' | 'park';
  execute(run: SagaRun): Promise<StepOutcome>;
  /** Undoes what `execute` did; retried like it. Left out when there is nothing to undo. */
  compensate?(run: SagaRun): Promise<StepOutcome>;
}

/** A process of several steps that is finished, forwards or backwards, whatever dies meanwhile. */
export interface Saga {
  readonly name: string;
  /** In the order of their execution. Names are stored: a step that was renamed strands the sagas that stand at it. */
  readonly steps: readonly SagaStep[];
}

/** Where a saga stands. `needs_attention`: it can go neither on nor back, and a person has to look. */
export type SagaStatus = 'running' | 'compensating' | 'done' | 'undone' | 'needs_attention';

/** Another worker has taken over: whatever this one still wants to write must not happen. */
export class LeaseLost extends Error {
  constructor(saga: string, key: string) {
    super(`The lease on saga ${saga} of ${key} has been lost.`);
    this.name = 'LeaseLost';
  }
}
