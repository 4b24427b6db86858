import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';

const RELIABLE_POLICY = 'noeviction';
const ANSWER_MS = 1_500;

/** What holds the queues, as health checks and the start see it. */
export interface QueueBackendState {
  backend: 'redis' | 'postgres';
  /** Redis' `maxmemory-policy`: with any but `noeviction` it throws jobs away when its memory is full. */
  evictionPolicy?: string;
}

/** Looks at what holds the queues: PostgreSQL's schema `queues`, or Redis. */
@Injectable()
export class QueueBackend implements OnApplicationShutdown {
  private redis: Redis | undefined;

  constructor(
    private readonly config: Config,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {}

  /** @throws when it does not answer, or has no tables for the queues */
  async look(): Promise<QueueBackendState> {
    const url = this.config.get('REDIS_URL');
    if (url) return { backend: 'redis', evictionPolicy: await this.readPolicy((this.redis ??= this.connect(url))) };
    const [found] = await this.uow.sql<{ isThere: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'queues') AS "isThere"`,
    );
    if (!found?.isThere) throw new Error('The schema queues has no tables: run the migrations.');
    return { backend: 'postgres' };
  }

  /** @returns whether it keeps the jobs that it has acknowledged */
  isReliable({ evictionPolicy }: Pick<QueueBackendState, 'evictionPolicy'>): boolean {
    return evictionPolicy === undefined || evictionPolicy === RELIABLE_POLICY;
  }

  /** Says loudly at the start if jobs may get lost: PostgreSQL has them all, and brings them back late. */
  async warnIfUnreliable(): Promise<void> {
    const state = await this.look().catch(() => undefined); // away: health checks say so, and workers keep trying
    if (!state || this.isReliable(state)) return;
    this.log.error('queues.may_forget', { policy: state.evictionPolicy, needed: RELIABLE_POLICY });
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }

  /** INFO, as providers of Redis forbid CONFIG. */
  private async readPolicy(redis: Redis): Promise<string> {
    const memory = await redis.info('memory');
    return /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown';
  }

  private connect(url: string): Redis {
    const redis = new Redis(url, { maxRetriesPerRequest: 0, connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS });
    redis.on('error', () => undefined); // whoever asks meanwhile is told
    return redis;
  }
}
