import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { DeliveryStore, type DueDelivery, type Failed, type StoredEvent } from './delivery-store';
import type { DeliveredEvent } from './event';
import { HeldDeliveries } from './held-deliveries';
import { HELD_BY_TRANSACTION, HoldLost } from './hold';
import { Inbox } from './inbox';
import { handleInContext, type Listener } from './listener';

const MAX_ATTEMPTS = 12;
/** How long a delivery may wait for its job to begin: a queue that has forgotten it gets it again. */
const QUEUED_SECONDS = 30;

/** Deliveries that could not happen at once: jobs for the outside world, and whatever has failed before. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly inbox: Inbox,
    private readonly log: Log,
  ) {}

  /**
   * Takes due deliveries of these listeners to be made soon; what has not begun within half a minute is due again.
   * @returns at most `limit` of them, oldest first
   */
  lease(listeners: string[], limit: number): Promise<DueDelivery[]> {
    return this.store.take(listeners, limit, QUEUED_SECONDS);
  }

  /**
   * Delivers events to a listener: to one that talks to the outside world all at once, to another one by one. A failure
   * is written down with its reason, and that event tried again later with growing pauses.
   */
  async deliver(listener: Listener, due: DueDelivery[]): Promise<void> {
    if (listener.mode === 'asJob') return this.asJob(listener, due);
    for (const { eventId } of due) {
      await this.inOneTransaction(listener, eventId).catch((error: unknown) =>
        this.fail(listener.name, eventId, error, (reason) => this.store.fail(listener.name, eventId, null, reason)),
      );
    }
  }

  private inOneTransaction(listener: Listener, eventId: string): Promise<void> {
    return this.uow.run(async () => {
      const event = await this.store.lock(listener.name, eventId);
      if (!event) return; // somebody has delivered it already
      const fresh = await this.inbox.claim(listener.name, [eventId]);
      this.store.queueDrop(listener.name, eventId);
      if (fresh.has(eventId)) await handleInContext(listener, whole(event, listener), HELD_BY_TRANSACTION);
    });
  }

  private async asJob(listener: Listener, due: DueDelivery[]): Promise<void> {
    const held = new HeldDeliveries(listener.name, this.store, this.uow, this.log);
    const events = await held.claim(due);
    const handling = await Promise.allSettled(events.map((event) => this.handle(listener, event, held)));
    await held.close();
    for (const outcome of handling) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async handle(listener: Listener, event: StoredEvent, held: HeldDeliveries): Promise<void> {
    try {
      await handleInContext(listener, whole(event, listener), held.holdOf(event.id));
      held.markMade(event.id);
    } catch (error) {
      if (error instanceof HoldLost) return; // whoever has it by now sees to it
      await this.fail(listener.name, event.id, error, (reason) => held.fail(event.id, reason));
    }
  }

  private async fail(
    listener: string,
    eventId: string,
    error: unknown,
    write: (reason: string) => Promise<Failed | undefined>,
  ): Promise<void> {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    const failed = await write(reason);
    const { attempts = 0, requestId } = failed ?? {};
    const about = { listener, eventId, requestId: requestId ?? eventId, attempts };
    this.log.warn('outbox.delivery_failed', { ...about, error });
    if (attempts < MAX_ATTEMPTS) return;
    await this.store.bury(listener, eventId, reason);
    this.log.error('outbox.dead_letter', about);
  }
}

function whole(event: StoredEvent, listener: Listener): DeliveredEvent {
  if (event.name === null) throw new Error(`The event ${event.id} that ${listener.name} waits for is gone.`);
  return { ...event, name: event.name };
}
