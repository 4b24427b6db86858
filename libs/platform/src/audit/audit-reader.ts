import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** A row of the audit trail. */
export interface AuditEvent {
  id: string;
  action: string;
  actor: string | null;
  resource: string;
  resourceId: string;
  before: object | null;
  after: object | null;
  address: string | null;
  requestId: string | null;
  occurredAt: Date;
  /** Its place in the chain of hashes; null until the worker has sealed it. */
  seq: number | null;
}

/** What a list of audit events is narrowed to. */
export interface AuditFilter {
  actor?: string;
  resource?: string;
  resourceId?: string;
  action?: string;
  /** This moment or later. */
  from?: Date;
  /** Before this moment. */
  to?: Date;
}

const EVENT = `event.id, event.action, event.actor, event.resource, event.resource_id AS "resourceId", event.before,
  event.after, event.address, event.request_id AS "requestId", event.occurred_at AS "occurredAt", seal.seq`;

const CONDITIONS: Record<keyof AuditFilter, string> = {
  actor: 'event.actor = ',
  resource: 'event.resource = ',
  resourceId: 'event.resource_id = ',
  action: 'event.action = ',
  from: 'event.occurred_at >= ',
  to: 'event.occurred_at < ',
};

/** Ids begin with the time of the process that made them; its clock may differ from the database's. */
const CLOCKS_DIFFER_MS = 86_400_000;
const NEWEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Reads the audit trail, newest first. */
@Injectable()
export class AuditReader {
  constructor(private readonly uow: UnitOfWork) {}

  /** @param before only rows older than this one, by their ids */
  list(filter: AuditFilter, before: string | undefined, limit: number): Promise<AuditEvent[]> {
    const given = (Object.keys(CONDITIONS) as Array<keyof AuditFilter>).filter((name) => filter[name] !== undefined);
    const conditions = given.map((name, at) => ` AND ${CONDITIONS[name]}$${at + 4}`);
    const text = `SELECT ${EVENT} FROM platform.audit_events event
      LEFT JOIN platform.audit_seals seal ON seal.event_id = event.id
      WHERE event.id < $1 AND event.id >= $2${conditions.join('')} ORDER BY event.id DESC LIMIT $3`;
    const last = filter.to ? idAt(filter.to.getTime() + CLOCKS_DIFFER_MS) : NEWEST;
    const first = idAt(filter.from ? filter.from.getTime() - CLOCKS_DIFFER_MS : 0);
    const upper = before !== undefined && before < last ? before : last;
    return this.uow.sql<AuditEvent>(text, [upper, first, limit, ...given.map((name) => filter[name])]);
  }
}

/** The smallest id of version 7 (RFC 9562) that is made at this moment. */
function idAt(ms: number): string {
  const digits = Math.min(Math.max(ms, 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
