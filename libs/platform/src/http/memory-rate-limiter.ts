import { RateLimiter, stateOf, type RateLimitPolicy, type RateLimitState } from './rate-limiter';

const SWEEP_AT = 50_000;

interface Window {
  used: number;
  endsAt: number;
}

/** Counts in the memory of this process: right for one node. */
export class MemoryRateLimiter extends RateLimiter {
  private readonly windows = new Map<string, Window>();

  override take(key: string, policy: RateLimitPolicy, now = Date.now()): RateLimitState {
    let window = this.find(key, now);
    if (!window) {
      if (this.windows.size >= SWEEP_AT) this.sweep(now);
      window = { used: 0, endsAt: now + policy.windowSeconds * 1_000 };
      this.windows.set(key, window);
    }
    window.used++;
    return stateOf(window.used, window.endsAt - now, policy);
  }

  override giveBack(key: string): void {
    const window = this.find(key, Date.now());
    if (window && window.used > 0) window.used--;
  }

  override extend(key: string, seconds: number): void {
    const now = Date.now();
    const window = this.find(key, now);
    if (window) window.endsAt = now + seconds * 1_000;
  }

  override forget(key: string): void {
    this.windows.delete(key);
  }

  private find(key: string, now: number): Window | undefined {
    const window = this.windows.get(key);
    return window && window.endsAt > now ? window : undefined;
  }

  private sweep(now: number): void {
    for (const [key, window] of this.windows) if (window.endsAt <= now) this.windows.delete(key);
  }
}
