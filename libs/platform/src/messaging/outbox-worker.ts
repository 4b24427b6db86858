import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Queue, Worker } from 'bullmq';
import { Signals } from '@platform/database';
import { Log } from '@platform/observability';
import { Deliveries, type DueDelivery } from './deliveries';
import { JobQueues } from './job-queues';
import { ListenerRegistry } from './listener';
import { OUTBOX_SIGNAL } from './outbox';
import { Relay } from './relay';
import { WorkLoop } from './work-loop';

const QUEUE = 'deliveries';
const POLL_MS = 1_000;
const LEASED_AT_ONCE = 200;
const JOB_CONCURRENCY = 20;

/** The worker's side of the outbox: routes events, dispatches jobs, retries what failed. */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;
  private queue: Queue<DueDelivery> | undefined;
  private jobs: Worker<DueDelivery> | undefined;

  constructor(
    private readonly relay: Relay,
    private readonly deliveries: Deliveries,
    private readonly listeners: ListenerRegistry,
    private readonly queues: JobQueues,
    private readonly signals: Signals,
    log: Log,
  ) {
    this.loop = new WorkLoop('outbox', POLL_MS, () => this.turn(), log);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.queue = this.queues.queue<DueDelivery>(QUEUE);
    this.jobs = this.queues.worker<DueDelivery>(QUEUE, JOB_CONCURRENCY, ({ data }) => this.runJob(data));
    await this.signals.receive(OUTBOX_SIGNAL, () => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await this.jobs?.close();
  }

  /** One turn. @returns whether there may be more to do at once */
  private async turn(): Promise<boolean> {
    const routed = await this.relay.routeBatch();
    const retried = await this.retry();
    const dispatched = await this.dispatch();
    return routed + retried + dispatched > 0;
  }

  private async retry(): Promise<number> {
    const due = await this.deliveries.lease(this.listeners.named('inTransaction'), LEASED_AT_ONCE);
    for (const delivery of due) await this.runJob(delivery);
    return due.length;
  }

  private async dispatch(): Promise<number> {
    const due = await this.deliveries.lease(this.listeners.named('asJob'), LEASED_AT_ONCE);
    // The id keeps a delivery from being queued twice; a new attempt is a new job.
    const jobs = due.map((data) => ({
      name: data.listener,
      data,
      opts: { jobId: `${data.listener}.${data.eventId}.${data.attempts}` },
    }));
    if (jobs.length > 0) await this.queue?.addBulk(jobs);
    return due.length;
  }

  private async runJob({ listener: name, eventId }: DueDelivery): Promise<void> {
    const listener = this.listeners.find(name);
    if (listener) await this.deliveries.deliver(listener, eventId);
  }
}
