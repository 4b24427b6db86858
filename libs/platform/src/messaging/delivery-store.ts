import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { DeliveredEvent } from './event';

const MAX_BACKOFF_SECONDS = 3_600;

/** A delivery that is due: which listener is to get which event. */
export interface DueDelivery {
  listener: string;
  eventId: string;
  attempts: number;
}

/** An event as the store has it: without its name when it is gone. */
export type StoredEvent = Omit<DeliveredEvent, 'name'> & { name: string | null };

/** How a delivery stands after another failure. */
export interface Failed {
  attempts: number;
  requestId: string | null;
}

const INSERT = `
  INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING`;

const TAKE = `
  UPDATE platform.outbox_deliveries SET lease = NULL, not_before = now() + make_interval(secs => $3)
  WHERE (listener, event_id) IN (
    SELECT listener, event_id FROM platform.outbox_deliveries
    WHERE listener = ANY($1) AND not_before <= now() ORDER BY not_before LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING listener, event_id AS "eventId", attempts`;

const EVENT = `event.name, event.version, event.payload, event.request_id AS "requestId", event.actor`;

/** The attempts keep a job that has waited for long from trying again what failed meanwhile, and rests. */
const CLAIM = `
  WITH claimed AS (
    UPDATE platform.outbox_deliveries delivery SET lease = $4, not_before = now() + make_interval(secs => $5)
    FROM unnest($2::uuid[], $3::int[]) AS due (event_id, attempts)
    WHERE delivery.listener = $1 AND delivery.event_id = due.event_id AND delivery.attempts = due.attempts
      AND (delivery.lease IS NULL OR delivery.not_before <= now())
    RETURNING delivery.event_id, delivery.occurred_at
  )
  SELECT claimed.event_id AS id, claimed.occurred_at AS "occurredAt", ${EVENT} FROM claimed
  LEFT JOIN platform.outbox_events event ON event.id = claimed.event_id AND event.occurred_at = claimed.occurred_at`;

const EXTEND = `
  UPDATE platform.outbox_deliveries SET not_before = now() + make_interval(secs => $4)
  WHERE listener = $1 AND event_id = ANY($2) AND lease = $3 RETURNING event_id AS "eventId"`;

const LOCK = `
  SELECT delivery.event_id AS id, delivery.occurred_at AS "occurredAt", ${EVENT} FROM platform.outbox_deliveries delivery
  LEFT JOIN platform.outbox_events event ON event.id = delivery.event_id AND event.occurred_at = delivery.occurred_at
  WHERE delivery.listener = $1 AND delivery.event_id = $2 FOR UPDATE OF delivery`;

const FINISH = `
  WITH made AS (
    DELETE FROM platform.outbox_deliveries
    WHERE listener = $1 AND event_id = ANY($2) AND lease = $3 RETURNING listener, event_id
  ), noted AS (INSERT INTO platform.inbox (listener, event_id) SELECT listener, event_id FROM made ON CONFLICT DO NOTHING)
  SELECT event_id AS "eventId" FROM made`;

const DROP = 'DELETE FROM platform.outbox_deliveries WHERE listener = $1 AND event_id = $2';

const FAIL = `
  UPDATE platform.outbox_deliveries SET attempts = attempts + 1, last_error = $4, lease = NULL,
    not_before = now() + make_interval(secs => least(power(2, attempts) * (0.5 + random()), $5))
  WHERE listener = $1 AND event_id = $2 AND lease IS NOT DISTINCT FROM $3
  RETURNING attempts, (SELECT request_id FROM platform.outbox_events event
    WHERE event.id = outbox_deliveries.event_id AND event.occurred_at = outbox_deliveries.occurred_at) AS "requestId"`;

const BURY = `
  WITH dead AS (DELETE FROM platform.outbox_deliveries WHERE listener = $1 AND event_id = $2 RETURNING *)
  INSERT INTO platform.outbox_dead_letters (listener, event_id, occurred_at, attempts, reason)
  SELECT listener, event_id, occurred_at, attempts, $3 FROM dead ON CONFLICT DO NOTHING`;

/** Deliveries in PostgreSQL. What a job writes about one is fenced by the lease under which it claimed it. */
@Injectable()
export class DeliveryStore {
  constructor(private readonly uow: UnitOfWork) {}

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

  /** Takes due deliveries of these listeners off whoever had them, for `seconds`. @returns at most `limit`, oldest first */
  take(listeners: string[], limit: number, seconds: number): Promise<DueDelivery[]> {
    return this.uow.sql<DueDelivery>(TAKE, [listeners, limit, seconds]);
  }

  /** Claims deliveries for one job. @returns the events of those that no other job has */
  claim(listener: string, due: DueDelivery[], lease: string, seconds: number): Promise<StoredEvent[]> {
    const columns = [due.map(({ eventId }) => eventId), due.map(({ attempts }) => attempts)];
    return this.uow.sql<StoredEvent>(CLAIM, [listener, ...columns, lease, seconds]);
  }

  /** Keeps claims for longer. @returns those that are still held: a lease that is lost stays lost */
  async extend(listener: string, eventIds: string[], lease: string, seconds: number): Promise<Set<string>> {
    return toSet(await this.uow.sql<{ eventId: string }>(EXTEND, [listener, eventIds, lease, seconds]));
  }

  /** Takes deliveries off that have been made, and notes that in the inbox. @returns those that were still held */
  async finish(listener: string, eventIds: string[], lease: string): Promise<Set<string>> {
    return toSet(await this.uow.sql<{ eventId: string }>(FINISH, [listener, eventIds, lease]));
  }

  /** One delivery, for this transaction alone; undefined when somebody has made it already. */
  async lock(listener: string, eventId: string): Promise<StoredEvent | undefined> {
    return (await this.uow.sql<StoredEvent>(LOCK, [listener, eventId]))[0];
  }

  /** Takes a delivery off that this transaction has locked. */
  queueDrop(listener: string, eventId: string): void {
    this.uow.queue(DROP, [listener, eventId]);
  }

  /** Has a delivery tried again later. @param lease null: nobody has claimed it. @returns undefined when it was not held */
  async fail(listener: string, eventId: string, lease: string | null, reason: string): Promise<Failed | undefined> {
    return (await this.uow.sql<Failed>(FAIL, [listener, eventId, lease, reason, MAX_BACKOFF_SECONDS]))[0];
  }

  /** Makes a dead letter of a delivery. */
  async bury(listener: string, eventId: string, reason: string): Promise<void> {
    await this.uow.execute(BURY, [listener, eventId, reason]);
  }
}

const toSet = (rows: Array<{ eventId: string }>) => new Set(rows.map(({ eventId }) => eventId));
