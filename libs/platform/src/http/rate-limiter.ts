/** A limit, as `requests/seconds` in the settings. */
export interface RateLimitPolicy {
  limit: number;
  windowSeconds: number;
}

/** What is left of a window. */
export interface RateLimitState {
  /** How many have been counted, those beyond the limit too. */
  used: number;
  remaining: number;
  /** Whole seconds until the window ends. */
  resetSeconds: number;
  isExceeded: boolean;
}

/** Counts in windows of fixed length: in the memory of the process for one node, in Redis for several. */
export abstract class RateLimiter {
  /** Counts one under `key`. */
  abstract take(key: string, policy: RateLimitPolicy): RateLimitState | Promise<RateLimitState>;

  /** Takes back one that was counted, if its window is still open. */
  abstract giveBack(key: string): void | Promise<void>;

  /** Lets the open window of `key` end so many seconds from now. */
  abstract extend(key: string, seconds: number): void | Promise<void>;

  /** Forgets all that was counted under `key`. */
  abstract forget(key: string): void | Promise<void>;
}

/** What a window is worth of which so much is used and that ends so soon. */
export function stateOf(used: number, endsInMs: number, { limit }: RateLimitPolicy): RateLimitState {
  return {
    used,
    remaining: Math.max(0, limit - used),
    resetSeconds: Math.max(1, Math.ceil(endsInMs / 1_000)),
    isExceeded: used > limit,
  };
}
