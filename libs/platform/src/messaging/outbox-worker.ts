import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Queue, Worker } from 'bullmq';
import { Signals } from '@platform/database';
import { Log } from '@platform/observability';
import { Deliveries } from './deliveries';
import type { DueDelivery } from './delivery-store';
import { JobQueues } from './job-queues';
import { ListenerRegistry } from './listener';
import { OUTBOX_SIGNAL } from './outbox';
import { QueueRoom } from './queue-room';
import { Relay } from './relay';
import { WorkLoop } from './work-loop';

const QUEUE = 'deliveries';
const ROUTING = { pollMs: 1_000, restMs: 5 };
const DISPATCHING = { pollMs: 1_000, restMs: 100 };
const LEASED_AT_ONCE = 200;
/** A job on PostgreSQL costs 1.4 ms of it, ten times what a delivery does: so one job delivers up to fifty events. */
const DELIVERIES_PER_JOB = 50;
const JOB_CONCURRENCY = 4;

/** The worker's side of the outbox: routes events, dispatches jobs, retries what failed. */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly routing: WorkLoop;
  private readonly dispatching: WorkLoop;
  private queue: Queue<DueDelivery[]> | undefined;
  private jobs: Worker<DueDelivery[]> | undefined;
  private readonly room = new QueueRoom(() => this.queue?.getWaitingCount() ?? Promise.resolve(0));

  constructor(
    private readonly relay: Relay,
    private readonly deliveries: Deliveries,
    private readonly listeners: ListenerRegistry,
    private readonly queues: JobQueues,
    private readonly signals: Signals,
    log: Log,
  ) {
    this.routing = new WorkLoop('outbox.routing', ROUTING, () => this.route(), log);
    this.dispatching = new WorkLoop('outbox.dispatching', DISPATCHING, () => this.dispatch(), log);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.queue = await this.queues.queue<DueDelivery[]>(QUEUE);
    this.jobs = await this.queues.worker<DueDelivery[]>(QUEUE, JOB_CONCURRENCY, async ({ data }) => {
      await this.deliver(data);
    });
    await this.signals.receive(OUTBOX_SIGNAL, () => this.routing.wake());
    this.routing.start();
    this.dispatching.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.routing.stop();
    await this.dispatching.stop();
    await this.jobs?.close();
  }

  /** @returns whether there were events */
  private async route(): Promise<boolean> {
    const { events, deliveries } = await this.relay.routeBatch();
    if (deliveries > 0) this.dispatching.wake();
    return events > 0;
  }

  /** Sees to deliveries that are due: those in a transaction here, the others as jobs. @returns whether there were any */
  private async dispatch(): Promise<boolean> {
    const retries = await this.deliveries.lease(this.listeners.named('inTransaction'), LEASED_AT_ONCE);
    await this.deliver(retries); // first: the queue may be away
    if (!(await this.room.isThere())) return retries.length > 0;
    const jobs = await this.deliveries.lease(this.listeners.named('asJob'), LEASED_AT_ONCE);
    if (jobs.length > 0) await this.enqueue(jobs);
    return retries.length + jobs.length > 0;
  }

  private async enqueue(due: DueDelivery[]): Promise<void> {
    const jobs = [...chunksByListener(due)].map(([first, ...others]) => ({
      name: first.listener,
      data: [first, ...others],
      opts: { jobId: jobIdOf([first, ...others]) },
    }));
    // One by one: on PostgreSQL BullMQ makes three temporary tables for a bulk, which costs as much as thirty jobs.
    const { queue } = this;
    this.room.note(jobs.length);
    if (queue) await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)));
  }

  private async deliver(due: DueDelivery[]): Promise<void> {
    for (const [name, ofListener] of Map.groupBy(due, ({ listener }) => listener)) {
      const listener = this.listeners.find(name);
      if (listener) await this.deliveries.deliver(listener, ofListener);
    }
  }
}

/** Keeps what still waits in the queue from being queued twice; a new attempt is a new job, and so are others with it. */
function jobIdOf(due: [DueDelivery, ...DueDelivery[]]): string {
  const hash = createHash('sha256');
  for (const { eventId, attempts } of due) hash.update(`${eventId} ${attempts} `);
  return `${due[0].listener}.${hash.digest('base64url')}`;
}

function* chunksByListener(due: DueDelivery[]): Generator<[DueDelivery, ...DueDelivery[]]> {
  for (const ofListener of Map.groupBy(due, ({ listener }) => listener).values()) {
    for (let at = 0; at < ofListener.length; at += DELIVERIES_PER_JOB) {
      yield ofListener.slice(at, at + DELIVERIES_PER_JOB) as [DueDelivery, ...DueDelivery[]];
    }
  }
}
