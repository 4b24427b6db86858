import type { Answer } from './api-client';
import type { Shop } from './shop';

/** An event as it was announced. */
export interface Announced {
  name: string;
  payload: Record<string, unknown>;
  actor: string | null;
}

/** The events that a request has announced, in the order of their making: they bear its id. */
export function announcedBy(shop: Shop, { headers }: Answer): Promise<Announced[]> {
  const text = 'SELECT name, payload, actor FROM platform.outbox_events WHERE request_id = $1 ORDER BY id';
  return shop.db.sql<Announced>(text, [headers.get('x-request-id')]);
}

/** Events of this name whose payload contains this, wherever they came from. */
export function eventsNamed(shop: Shop, name: string, payload: object): Promise<Announced[]> {
  return shop.db.sql<Announced>(
    'SELECT name, payload, actor FROM platform.outbox_events WHERE name = $1 AND payload @> $2 ORDER BY id',
    [name, JSON.stringify(payload)],
  );
}

/** What the audit trail keeps of a resource, oldest first. */
export function auditOf(shop: Shop, resourceId: string) {
  const text = 'SELECT action, actor, before, after FROM platform.audit_events WHERE resource_id = $1 ORDER BY id';
  return shop.db.sql<{ action: string; actor: string | null; before: object | null; after: object | null }>(text, [
    resourceId,
  ]);
}
