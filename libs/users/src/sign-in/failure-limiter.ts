import { rateLimited, tellLimit, type RateLimiter, type RateLimitPolicy, type RateLimitState } from '@platform/http';

/** So long the times of refusal grow, and so long it is remembered that there were some. */
const DAY_SECONDS = 86_400;

/**
 * Counts failed attempts in windows of fixed length; successes cost nothing. Who fails as often as the limit waits until
 * the window ends; each further time within a day it is twice as long. Nothing is held open meanwhile, and all of it
 * heals by itself.
 */
export class FailureLimiter {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly policy: RateLimitPolicy,
    private readonly isFailure: (error: unknown) => boolean,
  ) {}

  /**
   * Runs an attempt that counts under each of these keys. While it is under way it counts as failed, or many at once
   * would all slip through.
   * @throws AppError `rate_limited` instead of running it
   */
  async attempt<T>(keys: string[], work: () => Promise<T>): Promise<T> {
    const states = await Promise.all(keys.map(async (key) => this.limiter.take(key, this.policy)));
    const exceeded = states.filter(({ isExceeded }) => isExceeded);
    if (exceeded.length > 0) {
      await this.giveBack(keys);
      this.tell(exceeded);
      throw rateLimited(Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds)));
    }
    try {
      const result = await work();
      await this.undo(keys, states);
      return result;
    } catch (error) {
      if (this.isFailure(error)) await this.keep(keys, states);
      else await this.undo(keys, states);
      throw error;
    }
  }

  private async undo(keys: string[], states: RateLimitState[]): Promise<void> {
    await this.giveBack(keys);
    this.tell(states.map((state) => ({ ...state, remaining: state.remaining + 1 })));
  }

  private async keep(keys: string[], states: RateLimitState[]): Promise<void> {
    const full = keys.filter((_key, at) => states[at]?.remaining === 0);
    await Promise.all(full.map((key) => this.lengthen(key)));
    this.tell(states);
  }

  private async lengthen(key: string): Promise<void> {
    const once = { limit: 1, windowSeconds: DAY_SECONDS };
    const { used } = await this.limiter.take(timesOf(key), once);
    const seconds = Math.min(this.policy.windowSeconds * 2 ** (used - 1), DAY_SECONDS);
    if (used > 1) await this.limiter.extend(key, Math.max(seconds, this.policy.windowSeconds));
  }

  /** Forgets the failures under a key, and how often it was refused. */
  async forgive(key: string): Promise<void> {
    await Promise.all([key, timesOf(key)].map(async (each) => this.limiter.forget(each)));
  }

  private async giveBack(keys: string[]): Promise<void> {
    await Promise.all(keys.map(async (key) => this.limiter.giveBack(key)));
  }

  /** The headers show the key that is nearest to its limit. */
  private tell(states: RateLimitState[]): void {
    const tightest = states.reduce((least, state) => (state.remaining < least.remaining ? state : least));
    tellLimit('auth', this.policy, tightest);
  }
}

const timesOf = (key: string) => `refusals of ${key}`;
