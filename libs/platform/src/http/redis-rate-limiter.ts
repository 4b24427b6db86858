import { Redis } from 'ioredis';
import type { Log } from '@platform/observability';
import { MemoryRateLimiter } from './memory-rate-limiter';
import { RateLimiter, stateOf, type RateLimitPolicy, type RateLimitState } from './rate-limiter';

/** One step for Redis, so that no window is left without an end. */
const TAKE = `
  local used = redis.call('INCR', KEYS[1])
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl < 0 then
    ttl = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ttl)
  end
  return { used, ttl }`;

const GIVE_BACK = `
  local used = tonumber(redis.call('GET', KEYS[1]) or '0')
  if used > 0 then redis.call('DECR', KEYS[1]) end
  return used`;

const PREFIX = 'countinghouse:limits:';
const TIMEOUT_MS = 250;
const COMPLAIN_EVERY_MS = 60_000;

/** Counts in Redis, for all nodes together. While Redis is away each node counts by itself: limited is better than open. */
export class RedisRateLimiter extends RateLimiter {
  private readonly redis: Redis;
  private readonly alone = new MemoryRateLimiter();
  private complainedAt = 0;

  constructor(
    url: string,
    private readonly log: Log,
  ) {
    super();
    this.redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      enableAutoPipelining: true,
      commandTimeout: TIMEOUT_MS,
      connectTimeout: 2_000,
    });
    this.redis.on('error', (error: Error) => this.complain(error));
  }

  override take(key: string, policy: RateLimitPolicy): Promise<RateLimitState> {
    return this.orAlone(
      async () => {
        const answer = await this.redis.eval(TAKE, 1, PREFIX + key, policy.windowSeconds * 1_000);
        const [used, endsInMs] = answer as [number, number];
        return stateOf(used, endsInMs, policy);
      },
      () => this.alone.take(key, policy),
    );
  }

  override giveBack(key: string): Promise<void> {
    return this.orAlone(
      async () => void (await this.redis.eval(GIVE_BACK, 1, PREFIX + key)),
      () => this.alone.giveBack(key),
    );
  }

  override extend(key: string, seconds: number): Promise<void> {
    return this.orAlone(
      async () => void (await this.redis.pexpire(PREFIX + key, seconds * 1_000)),
      () => this.alone.extend(key, seconds),
    );
  }

  override forget(key: string): Promise<void> {
    return this.orAlone(
      async () => void (await this.redis.del(PREFIX + key)),
      () => this.alone.forget(key),
    );
  }

  close(): void {
    this.redis.disconnect();
  }

  private async orAlone<T>(inRedis: () => Promise<T>, alone: () => T): Promise<T> {
    try {
      return await inRedis();
    } catch (error) {
      this.complain(error);
      return alone();
    }
  }

  private complain(error: unknown): void {
    const now = Date.now();
    if (now - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.complainedAt = now;
    this.log.warn('http.rate_limits.redis_away', { error });
  }
}
