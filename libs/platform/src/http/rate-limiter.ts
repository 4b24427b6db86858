/** A limit, as `requests/seconds` in the settings. */
export interface RateLimitPolicy {
  limit: number;
  windowSeconds: number;
}

/** What is left of a window. */
export interface RateLimitState {
  remaining: number;
  /** Whole seconds until the window ends. */
  resetSeconds: number;
  isExceeded: boolean;
}

const SWEEP_AT = 50_000;

/** Counts in windows of fixed length, in the memory of this process: right for one node. */
export class RateLimiter {
  private readonly windows = new Map<string, { used: number; endsAt: number }>();

  /** Counts one request under `key`. */
  take(key: string, { limit, windowSeconds }: RateLimitPolicy, now = Date.now()): RateLimitState {
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      if (this.windows.size >= SWEEP_AT) this.sweep(now);
      window = { used: 0, endsAt: now + windowSeconds * 1_000 };
      this.windows.set(key, window);
    }
    window.used++;
    return {
      remaining: Math.max(0, limit - window.used),
      resetSeconds: Math.ceil((window.endsAt - now) / 1_000),
      isExceeded: window.used > limit,
    };
  }

  private sweep(now: number): void {
    for (const [key, window] of this.windows) if (window.endsAt <= now) this.windows.delete(key);
  }
}
