import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { DeliveryStore } from './delivery-store';
import type { DeliveredEvent } from './event';
import { HELD_BY_TRANSACTION } from './hold';
import { Inbox } from './inbox';
import { handleInContext, ListenerRegistry, type Listener } from './listener';

const BATCH = 200;

const TAKE_EVENTS = `
  WITH taken AS (
    DELETE FROM platform.outbox_queue WHERE event_id = ANY(ARRAY(
      SELECT event_id FROM platform.outbox_queue ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING event_id, occurred_at
  )
  SELECT event.id, event.name, event.version, event.payload, event.request_id AS "requestId", event.actor,
    event.occurred_at AS "occurredAt"
  FROM taken JOIN platform.outbox_events event ON event.id = taken.event_id AND event.occurred_at = taken.occurred_at
  ORDER BY event.id`;

/** How many events a batch had, and how many deliveries it left to be made. */
export interface Routed {
  events: number;
  deliveries: number;
}

/** Takes events off the queue and routes each to its listeners. Several relays may run side by side. */
@Injectable()
export class Relay {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly listeners: ListenerRegistry,
    private readonly deliveries: DeliveryStore,
    private readonly inbox: Inbox,
    private readonly log: Log,
  ) {}

  /**
   * Routes one batch: listeners that only touch PostgreSQL run at once, in the transaction that takes the events; all
   * others get a delivery row. When a listener fails, nothing of the batch has happened, and the same batch is routed
   * again with a delivery row for everybody, so that one bad event holds up no other.
   */
  async routeBatch(): Promise<Routed> {
    try {
      return await this.uow.run(() => this.route(true));
    } catch (error) {
      this.log.warn('outbox.batch_failed', { error });
      return this.uow.run(() => this.route(false));
    }
  }

  private async route(runAtOnce: boolean): Promise<Routed> {
    const events = await this.uow.sql<DeliveredEvent>(TAKE_EVENTS, [BATCH]);
    const direct = new Map<Listener, DeliveredEvent[]>();
    let deliveries = 0;
    for (const event of events) {
      for (const listener of this.listeners.listeningTo(event)) {
        if (!runAtOnce || listener.mode === 'asJob') {
          this.deliveries.queue(listener.name, event);
          deliveries++;
        } else direct.set(listener, [...(direct.get(listener) ?? []), event]);
      }
    }
    for (const listener of this.listeners.all()) {
      const batch = direct.get(listener);
      if (batch) await this.runAll(listener, batch);
    }
    return { events: events.length, deliveries };
  }

  private async runAll(listener: Listener, events: DeliveredEvent[]): Promise<void> {
    const fresh = await this.inbox.claim(
      listener.name,
      events.map(({ id }) => id),
    );
    await Promise.all(
      events.filter(({ id }) => fresh.has(id)).map((event) => handleInContext(listener, event, HELD_BY_TRANSACTION)),
    );
  }
}
