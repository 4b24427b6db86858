import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import type { DeliveredEvent } from './event';
import { Inbox } from './inbox';
import { handleInContext, type Listener } from './listener';

const MAX_ATTEMPTS = 12;
const LEASE_SECONDS = 30;
const MAX_BACKOFF_SECONDS = 3_600;
/** What is handled counts as open for no longer, though others of its job still run. */
const NOTED_WITHIN_MS = 250;

/** A delivery that is due: which listener is to get which event. */
export interface DueDelivery {
  listener: string;
  eventId: string;
  attempts: number;
}

type Taken = Omit<DeliveredEvent, 'name'> & { name: string | null };
type Failed = { attempts: number; requestId: string | null };

const INSERT = `
  INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING`;

const LEASE = `
  UPDATE platform.outbox_deliveries SET not_before = now() + make_interval(secs => $3)
  WHERE (listener, event_id) IN (
    SELECT listener, event_id FROM platform.outbox_deliveries
    WHERE listener = ANY($1) AND not_before <= now() ORDER BY not_before LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING listener, event_id AS "eventId", attempts`;

const READ = `
  SELECT delivery.event_id AS id, event.name, event.version, event.payload, event.request_id AS "requestId", event.actor,
    event.occurred_at AS "occurredAt"
  FROM platform.outbox_deliveries delivery
  LEFT JOIN platform.outbox_events event
    ON event.id = delivery.event_id AND event.occurred_at = delivery.occurred_at
  WHERE delivery.listener = $1 AND delivery.event_id = ANY($2)`;

const READ_ALONE = `${READ} FOR UPDATE OF delivery`;

const FINISH = 'DELETE FROM platform.outbox_deliveries WHERE listener = $1 AND event_id = ANY($2)';

const FAIL = `
  UPDATE platform.outbox_deliveries SET attempts = attempts + 1, last_error = $3,
    not_before = now() + make_interval(secs => least(power(2, attempts) * (0.5 + random()), $4))
  WHERE listener = $1 AND event_id = $2
  RETURNING attempts, (SELECT request_id FROM platform.outbox_events event
    WHERE event.id = outbox_deliveries.event_id AND event.occurred_at = outbox_deliveries.occurred_at) AS "requestId"`;

const BURY = `
  WITH dead AS (DELETE FROM platform.outbox_deliveries WHERE listener = $1 AND event_id = $2 RETURNING *)
  INSERT INTO platform.outbox_dead_letters (listener, event_id, occurred_at, attempts, reason)
  SELECT listener, event_id, occurred_at, attempts, $3 FROM dead ON CONFLICT DO NOTHING`;

/** Deliveries that could not happen at once: jobs for the outside world, and whatever has failed before. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly inbox: Inbox,
    private readonly log: Log,
  ) {}

  /** Writes a delivery down, in the current transaction. */
  queue(listener: string, event: DeliveredEvent): void {
    this.uow.gather(
      'outbox.deliveries',
      { listener, event },
      (rows: Array<{ listener: string; event: DeliveredEvent }>) => ({
        text: INSERT,
        values: [
          rows.map((row) => row.listener),
          rows.map((row) => row.event.id),
          rows.map((row) => row.event.occurredAt),
        ],
      }),
    );
  }

  /**
   * Takes due deliveries of these listeners for half a minute; who dies meanwhile loses them to the next.
   * @returns at most `limit` of them, oldest first
   */
  lease(listeners: string[], limit: number): Promise<DueDelivery[]> {
    return this.uow.sql<DueDelivery>(LEASE, [listeners, limit, LEASE_SECONDS]);
  }

  /**
   * Delivers events to a listener: to one that talks to the outside world all at once, to another one by one. A failure
   * is written down with its reason, and that event tried again later with growing pauses.
   */
  async deliver(listener: Listener, eventIds: string[]): Promise<void> {
    if (listener.mode === 'asJob') return this.asJob(listener, eventIds);
    for (const eventId of eventIds) {
      await this.inOneTransaction(listener, eventId).catch((error: unknown) =>
        this.fail(listener.name, eventId, error),
      );
    }
  }

  private inOneTransaction(listener: Listener, eventId: string): Promise<void> {
    return this.uow.run(async () => {
      const [event] = await this.uow.sql<Taken>(READ_ALONE, [listener.name, [eventId]]);
      if (!event) return; // somebody has delivered it already
      const fresh = await this.finish(listener.name, [eventId]);
      if (fresh.has(eventId)) await handleInContext(listener, whole(event, listener));
    });
  }

  /** What has been handled is written down together: many commits are dearer than one. But soon, whatever still runs. */
  private async asJob(listener: Listener, eventIds: string[]): Promise<void> {
    const events = await this.uow.sql<Taken>(READ, [listener.name, eventIds]);
    const handled: string[] = [];
    const note = () => this.note(listener.name, handled.splice(0));
    const noting = setInterval(() => void note(), NOTED_WITHIN_MS);
    const handle = async (event: Taken) => {
      if (await this.handle(listener, event)) handled.push(event.id);
    };
    await Promise.all(events.map(handle)).finally(() => {
      clearInterval(noting);
      return note();
    });
  }

  /** What can't be noted is delivered again. */
  private async note(listener: string, eventIds: string[]): Promise<void> {
    if (eventIds.length === 0) return;
    await this.uow
      .run(() => this.finish(listener, eventIds))
      .catch((error: unknown) => this.log.error('outbox.deliveries_not_noted', { listener, eventIds, error }));
  }

  /** @returns whether the listener has done its work */
  private async handle(listener: Listener, event: Taken): Promise<boolean> {
    try {
      await handleInContext(listener, whole(event, listener));
      return true;
    } catch (error) {
      await this.fail(listener.name, event.id, error);
      return false;
    }
  }

  /** @returns those that the listener has not handled before */
  private async finish(listener: string, eventIds: string[]): Promise<Set<string>> {
    const fresh = await this.inbox.claim(listener, eventIds);
    this.uow.queue(FINISH, [listener, eventIds]);
    return fresh;
  }

  private async fail(listener: string, eventId: string, error: unknown): Promise<void> {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    const [row] = await this.uow.sql<Failed>(FAIL, [listener, eventId, reason, MAX_BACKOFF_SECONDS]);
    const attempts = row?.attempts ?? 0;
    const requestId = row?.requestId ?? eventId;
    this.log.warn('outbox.delivery_failed', { listener, eventId, requestId, attempts, error });
    if (attempts < MAX_ATTEMPTS) return;
    await this.uow.execute(BURY, [listener, eventId, reason]);
    this.log.error('outbox.dead_letter', { listener, eventId, requestId, attempts });
  }
}

function whole(event: Taken, listener: Listener): DeliveredEvent {
  if (event.name === null) throw new Error(`The event ${event.id} that ${listener.name} waits for is gone.`);
  return { ...event, name: event.name };
}
