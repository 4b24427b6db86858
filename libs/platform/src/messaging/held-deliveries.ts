import { setTimeout as delay } from 'node:timers/promises';
import { newId, type UnitOfWork } from '@platform/database';
import type { Log } from '@platform/observability';
import type { DeliveryStore, DueDelivery, Failed, StoredEvent } from './delivery-store';
import { HoldLost, type Hold } from './hold';

/** Who dies loses its deliveries after this long; who works for longer keeps them by a heartbeat. */
const LEASE_SECONDS = 6;
const HEARTBEAT_MS = 2_000;
/** What is made within this time is noted by one transaction: many commits are dearer than one. */
const NOTED_TOGETHER_MS = 10;
const NOTED_AGAIN_MS = 250;

/** The deliveries of one listener that a job has claimed: held by a heartbeat until they are noted or have failed. */
export class HeldDeliveries {
  private readonly lease = newId();
  private readonly open = new Set<string>();
  private readonly unnoted = new Set<string>();
  private readonly writes = new Map<string, Array<() => void>>();
  private made: string[] = [];
  private noting: Promise<void> | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  /** By our clock, and not before it has ended by the database's: counted from before we asked for it. */
  private heldUntil = 0;

  constructor(
    private readonly listener: string,
    private readonly store: DeliveryStore,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {}

  /** @returns the events of those that no other job has */
  async claim(due: DueDelivery[]): Promise<StoredEvent[]> {
    const asked = clock();
    const events = await this.store.claim(this.listener, due, this.lease, LEASE_SECONDS);
    this.heldUntil = asked + LEASE_SECONDS * 1_000;
    for (const { id } of events) this.open.add(id);
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    return events;
  }

  holdOf(eventId: string): Hold {
    return {
      require: () => {
        if (!this.open.has(eventId) || clock() >= this.heldUntil) throw new HoldLost();
      },
      noteWith: (write) => void this.writes.set(eventId, [...(this.writes.get(eventId) ?? []), write]),
    };
  }

  /** Has it noted soon that the listener has done its work. */
  markMade(eventId: string): void {
    this.open.delete(eventId);
    this.unnoted.add(eventId);
    this.made.push(eventId);
    this.noting ??= this.noteAll().finally(() => (this.noting = undefined));
  }

  /** @returns how often it has failed by now; undefined when that is another's matter */
  async fail(eventId: string, reason: string): Promise<Failed | undefined> {
    this.open.delete(eventId);
    return this.store.fail(this.listener, eventId, this.lease, reason);
  }

  /** Waits until everything is noted, and lets go of what is left. */
  async close(): Promise<void> {
    await this.noting;
    clearInterval(this.heartbeat);
  }

  private async noteAll(): Promise<void> {
    while (this.made.length > 0) {
      await delay(NOTED_TOGETHER_MS);
      const made = this.made.splice(0);
      await this.note(made).catch((error: unknown) => this.noteAgain(made, error));
    }
  }

  private async note(made: string[]): Promise<void> {
    const held = await this.uow.run(async () => {
      const noted = await this.store.finish(this.listener, made, this.lease);
      for (const eventId of noted) for (const write of this.writes.get(eventId) ?? []) write();
      return noted;
    });
    for (const eventId of made) this.unnoted.delete(eventId);
    this.reportLost(made.filter((eventId) => !held.has(eventId)));
  }

  /** As long as nobody else can have them. What can't be noted in the end is delivered again. */
  private async noteAgain(made: string[], error: unknown): Promise<void> {
    if (clock() >= this.heldUntil) {
      this.log.error('outbox.deliveries_not_noted', { listener: this.listener, eventIds: made, error });
      return;
    }
    this.made.unshift(...made);
    await delay(NOTED_AGAIN_MS);
  }

  private async beat(): Promise<void> {
    const [asked, open] = [clock(), [...this.open]];
    try {
      const all = [...open, ...this.unnoted];
      const held = await this.store.extend(this.listener, all, this.lease, LEASE_SECONDS);
      // Those that are made or have failed meanwhile are not open any more.
      const lost = open.filter((eventId) => !held.has(eventId) && this.open.delete(eventId));
      this.heldUntil = asked + LEASE_SECONDS * 1_000;
      this.reportLost(lost);
    } catch (error) {
      this.log.warn('outbox.heartbeat_failed', { listener: this.listener, error });
    }
  }

  private reportLost(eventIds: string[]): void {
    if (eventIds.length > 0) this.log.warn('outbox.lease_lost', { listener: this.listener, eventIds });
  }
}

const began = { monotonic: performance.now(), wall: Date.now() };

/** Goes on while the process is stopped (the wall's clock also does while the machine sleeps), and never back. */
function clock(): number {
  return Math.max(performance.now() - began.monotonic, Date.now() - began.wall);
}
