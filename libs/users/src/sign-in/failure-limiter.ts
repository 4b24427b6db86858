import { rateLimited, type RateLimitPolicy } from '@platform/http';

interface Window {
  failures: number;
  /** Attempts under way: until they have ended they count, or many at once would all slip through. */
  pending: number;
  endsAt: number;
}

const SWEEP_AT = 50_000;

/** Counts failed attempts in windows of fixed length, in the memory of this process; successes cost nothing. */
export class FailureLimiter {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly policy: RateLimitPolicy,
    private readonly isFailure: (error: unknown) => boolean,
  ) {}

  /** Runs an attempt that counts under each of these keys. @throws AppError `rate_limited` instead of running it */
  async attempt<T>(keys: string[], work: () => Promise<T>): Promise<T> {
    const windows = keys.map((key) => this.windowOf(key, Date.now()));
    for (const window of windows) this.refuseIfFull(window);
    for (const window of windows) window.pending++;
    try {
      return await work();
    } catch (error) {
      if (this.isFailure(error)) for (const window of windows) window.failures++;
      throw error;
    } finally {
      for (const window of windows) window.pending--;
    }
  }

  private refuseIfFull({ failures, pending, endsAt }: Window): void {
    const { limit } = this.policy;
    if (failures >= limit) throw rateLimited(Math.ceil((endsAt - Date.now()) / 1_000));
    if (failures + pending >= limit) throw rateLimited(1);
  }

  private windowOf(key: string, now: number): Window {
    const known = this.windows.get(key);
    if (known && known.endsAt > now) return known;
    if (this.windows.size >= SWEEP_AT) this.sweep(now);
    const window = { failures: 0, pending: 0, endsAt: now + this.policy.windowSeconds * 1_000 };
    this.windows.set(key, window);
    return window;
  }

  private sweep(now: number): void {
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
  }
}
