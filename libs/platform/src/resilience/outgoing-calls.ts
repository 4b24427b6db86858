import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  retry,
  SamplingBreaker,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

/** How somebody outside is called. */
export interface CallLimits {
  /** One attempt; all attempts of a call together may take twice as long. */
  timeoutMs: number;
  /** Whether an answer or an error says "try again": 408, 429, 5xx, a connection that broke. */
  isTransient: (answerOrError: unknown) => boolean;
  /** The bulkhead: so many calls are under way at once (32), and so many more may wait for their turn (64). */
  atOnce?: number;
  waiting?: number;
}

/** How a call ended, as metrics show it. */
export type CallOutcome = 'answered' | 'transient' | 'failed' | 'timed_out' | 'withheld';

/** Who is told of what happens to calls. */
export interface CallObserver {
  called(outcome: CallOutcome): void;
  circuitChanged(state: CircuitName): void;
}

export type CircuitName = 'closed' | 'open' | 'half_open';

const AT_ONCE = 32;
const WAITING = 64;
/** Two more attempts, after a pause of up to 100 ms and up to 200 ms. */
const RETRIES = { maxAttempts: 2, initialDelay: 100, maxDelay: 1_000 };
/** The circuit opens when half of the calls of ten seconds failed, and there were at least ten. */
const BREAKER = { threshold: 0.5, duration: 10_000, minimumRps: 1 };
/** So long nobody calls; then one call finds out whether the circuit may close. */
const REST_MS = 5_000;
/** Who waits is answered at the deadline. What has come to its end in time is not aborted as well. */
const IMPATIENT = { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false };

/** The call was not made: its party has failed too often lately, or too many calls to it are under way. */
export class CallWithheld extends Error {
  constructor(readonly retryAfterMs: number) {
    super('The call was withheld.');
    this.name = 'CallWithheld';
  }
}

/** No answer in time. The call may have arrived. */
export class CallTimedOut extends Error {
  constructor() {
    super('There was no answer in time.');
    this.name = 'CallTimedOut';
  }
}

/**
 * Calls to one party outside: a deadline, two more attempts with full jitter where trying again makes sense, a bulkhead
 * and a circuit breaker. The circuit is this process's own.
 */
export class OutgoingCalls {
  private readonly isTransient: CallLimits['isTransient'];
  private readonly breaker;
  private readonly policy;

  constructor(
    { timeoutMs, isTransient, atOnce = AT_ONCE, waiting = WAITING }: CallLimits,
    private readonly observer: CallObserver,
  ) {
    this.isTransient = isTransient;
    const transient = handleWhen(isTransient).orWhenResult(isTransient);
    const backoff = new ExponentialBackoff({ ...RETRIES, generator: fullJitterGenerator });
    this.breaker = circuitBreaker(transient.orType(TaskCancelledError), {
      halfOpenAfter: REST_MS,
      breaker: new SamplingBreaker(BREAKER),
    });
    this.breaker.onStateChange((state) => observer.circuitChanged(nameOf(state)));
    this.policy = wrap(
      timeout(2 * timeoutMs, IMPATIENT),
      retry(transient, { maxAttempts: RETRIES.maxAttempts, backoff }),
      bulkhead(atOnce, waiting),
      this.breaker,
      timeout(timeoutMs, IMPATIENT),
    );
  }

  get circuit(): CircuitName {
    return nameOf(this.breaker.state);
  }

  /**
   * Makes a call. What it answers is given back, whether or not it asks to try again; what it throws rises.
   * @param call may run up to three times: the party must know a repeated call by its key
   * @throws CallWithheld when it was not made, CallTimedOut when there was no answer in time
   */
  async run<Answer>(call: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const seen: { last?: Known<Answer> } = {};
    try {
      const answer = await this.policy.execute(({ signal }) => noting(seen, () => call(signal)));
      return this.observed(answer);
    } catch (error) {
      const failure = translate(error);
      // The circuit may open between two attempts: that the second was withheld takes nothing back of the first.
      const known = failure instanceof CallWithheld && seen.last ? seen.last : { failure };
      if ('answer' in known) return this.observed(known.answer);
      this.observer.called(outcomeOf(known.failure, this.isTransient));
      throw known.failure;
    }
  }

  private observed<Answer>(answer: Answer): Answer {
    this.observer.called(this.isTransient(answer) ? 'transient' : 'answered');
    return answer;
  }
}

/** How an attempt has ended. */
type Known<Answer> = { answer: Answer } | { failure: unknown };

async function noting<Answer>(seen: { last?: Known<Answer> }, call: () => Promise<Answer>): Promise<Answer> {
  seen.last = { failure: new CallTimedOut() }; // until it is known better
  try {
    const answer = await call();
    seen.last = { answer };
    return answer;
  } catch (failure) {
    seen.last = { failure };
    throw failure;
  }
}

function translate(error: unknown): unknown {
  if (error instanceof TaskCancelledError) return new CallTimedOut();
  // Not all at once: who was withheld comes back within one to two rests.
  const isWithheld = error instanceof BrokenCircuitError || error instanceof BulkheadRejectedError;
  return isWithheld ? new CallWithheld(Math.round(REST_MS * (1 + Math.random()))) : error;
}

function outcomeOf(error: unknown, isTransient: CallLimits['isTransient']): CallOutcome {
  if (error instanceof CallWithheld) return 'withheld';
  if (error instanceof CallTimedOut) return 'timed_out';
  return isTransient(error) ? 'transient' : 'failed';
}

function nameOf(state: CircuitState): CircuitName {
  if (state === CircuitState.HalfOpen) return 'half_open';
  return state === CircuitState.Closed ? 'closed' : 'open';
}
