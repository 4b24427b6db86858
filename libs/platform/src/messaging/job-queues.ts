import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Processor, Queue, QueueOptions, Worker } from 'bullmq';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';

/** A worker that was killed loses its jobs to another one after this long. */
const LOCK_MS = 4_000;
/**
 * While Redis is away, adding a job fails at once, and while it answers nothing, soon: who adds it has other work to do, and adds
 * it again later. A job that was added all the same has its name: it is not there twice. BullMQ would ask for Redis' version when
 * it connects, and keep a failure for ever.
 */
const FAIL_FAST = {
  skipWaitingForReady: true,
  connection: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 5_000, skipVersionCheck: true },
};

/**
 * BullMQ, on Redis when REDIS_URL is set and on PostgreSQL otherwise; the choice is this file's alone. A queue is a
 * cache of work: what must not be lost stands in a table, and is put into the queue again if the queue forgets it.
 */
@Injectable()
export class JobQueues implements OnApplicationShutdown {
  private readonly open: Array<{ close(): Promise<void> }> = [];

  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  get backend(): 'redis' | 'postgres' {
    return this.config.get('REDIS_URL') ? 'redis' : 'postgres';
  }

  /** A queue to add jobs to. `Data` must survive JSON. */
  async queue<Data>(name: string): Promise<Queue<Data>> {
    const { Queue } = await this.load();
    const queue = new Queue<Data>(name, {
      ...FAIL_FAST,
      connection: { ...FAIL_FAST.connection, ...this.connection() },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', this.connectionLost(name));
    this.open.push(queue);
    return queue;
  }

  /** A worker for a queue; it starts at once and finishes its running jobs at shutdown. */
  async worker<Data>(name: string, concurrency: number, process: Processor<Data>): Promise<Worker<Data>> {
    const { Worker } = await this.load();
    const takeover = { lockDuration: LOCK_MS, stalledInterval: LOCK_MS / 2, maxStalledCount: 5 };
    const worker = new Worker<Data>(name, process, { connection: this.connection(), concurrency, ...takeover });
    worker.on('error', this.connectionLost(name));
    this.open.push(worker);
    return worker;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.open.map((part) => part.close()));
  }

  /** Only who has queues needs it: the api does without its 250 files. */
  private async load() {
    const bullmq = await import('bullmq');
    if (this.backend === 'postgres') bullmq.setDefaultBackendFactory(bullmq.createPostgresBackend);
    return bullmq;
  }

  private connectionLost(queue: string) {
    return (error: Error) => this.log.warn('queues.connection_error', { queue, error });
  }

  private connection(): QueueOptions['connection'] {
    const redis = this.config.get('REDIS_URL');
    if (redis) return { url: redis };
    const onPostgres = {
      connectionString: this.config.directDatabaseUrl,
      schema: 'queues',
      max: 2,
      skipMigrations: true,
    };
    return onPostgres as QueueOptions['connection']; // BullMQ types its connection for Redis only
  }
}
