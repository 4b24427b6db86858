import { Injectable } from '@nestjs/common';
import { Signals, UnitOfWork, type Statement } from '@platform/database';
import { currentContext } from '@platform/observability';
import type { Event } from './event';

/** The signal that wakes the relay. */
export const OUTBOX_SIGNAL = 'outbox';

const INSERT_EVENTS = `
  WITH event AS (
    INSERT INTO platform.outbox_events (id, name, version, payload, request_id, actor, occurred_at)
    SELECT given.id, given.name, given.version, given.payload, $5, $6, now()
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::jsonb[]) AS given (id, name, version, payload)
    RETURNING id, occurred_at
  )
  INSERT INTO platform.outbox_queue (event_id, occurred_at) SELECT id, occurred_at FROM event`;

/** The usual case, without arrays: a quarter less of PostgreSQL's work. */
const INSERT_EVENT = `
  WITH event AS (
    INSERT INTO platform.outbox_events (id, name, version, payload, request_id, actor, occurred_at)
    VALUES ($1, $2, $3, $4, $5, $6, now())
  )
  INSERT INTO platform.outbox_queue (event_id, occurred_at) VALUES ($1, now())`;

/**
 * Announces events in the same transaction as what they tell about: either both are committed or neither. The relay in
 * the worker delivers them, at least once, to every listener.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly signals: Signals,
  ) {}

  /** Must run inside UnitOfWork.run(). The rows leave in one trip with COMMIT; then the relay is woken. */
  add(event: Event): void {
    this.uow.gather('outbox', event, toStatement);
    this.uow.afterCommit(() => this.signals.wake(OUTBOX_SIGNAL));
  }
}

function toStatement(events: Event[]): Statement {
  const context = currentContext();
  const cause = [context?.requestId ?? null, context?.actor ?? null];
  const [first] = events;
  if (first && events.length === 1) {
    const { id, name, version, payload } = first;
    return { text: INSERT_EVENT, values: [id, name, version, JSON.stringify(payload), ...cause] };
  }
  const columns = [
    events.map(({ id }) => id),
    events.map(({ name }) => name),
    events.map(({ version }) => version),
    events.map(({ payload }) => JSON.stringify(payload)),
  ];
  return { text: INSERT_EVENTS, values: [...columns, ...cause] };
}
