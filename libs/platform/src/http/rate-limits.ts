import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';
import { MemoryRateLimiter } from './memory-rate-limiter';
import { RateLimiter, type RateLimitPolicy, type RateLimitState } from './rate-limiter';
import { RedisRateLimiter } from './redis-rate-limiter';

/** The counters of this process: shared with other nodes when REDIS_URL is set, its own otherwise. */
@Injectable()
export class RateLimits extends RateLimiter implements OnApplicationShutdown {
  private readonly limiter: MemoryRateLimiter | RedisRateLimiter;

  constructor(config: Config, log: Log) {
    super();
    const url = config.get('REDIS_URL');
    this.limiter = url ? new RedisRateLimiter(url, log) : new MemoryRateLimiter();
  }

  override take(key: string, policy: RateLimitPolicy): RateLimitState | Promise<RateLimitState> {
    return this.limiter.take(key, policy);
  }

  override giveBack(key: string): void | Promise<void> {
    return this.limiter.giveBack(key);
  }

  override extend(key: string, seconds: number): void | Promise<void> {
    return this.limiter.extend(key, seconds);
  }

  override forget(key: string): void | Promise<void> {
    return this.limiter.forget(key);
  }

  onApplicationShutdown(): void {
    if (this.limiter instanceof RedisRateLimiter) this.limiter.close();
  }
}
