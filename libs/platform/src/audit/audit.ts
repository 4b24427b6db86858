import { Injectable } from '@nestjs/common';
import { newId, UnitOfWork, type Statement } from '@platform/database';
import { currentContext } from '@platform/observability';

/**
 * One thing that somebody did. `before` and `after` hold what changed; never secrets, and personal data only where the
 * resource is the person: that is what erasing a person takes away.
 */
export interface AuditEntry {
  /** `<module>.<past tense>`, e.g. `orders.placed`. */
  action: string;
  /** The kind of resource, in the singular: `order`. */
  resource: string;
  resourceId: string;
  before?: object;
  after?: object;
}

/** Rows and their places in the queue of those to be sealed: one without the other is a fault that audit:verify reports. */
const INSERT = `
  WITH queued AS (INSERT INTO platform.audit_queue SELECT unnest($1::uuid[]))
  INSERT INTO platform.audit_events (id, action, resource, resource_id, before, after, actor, request_id, address)
  SELECT given.*, $7, $8, $9
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[]) AS given`;

/** The usual case, without arrays: a fifth less of PostgreSQL's work. */
const INSERT_ONE = `
  WITH queued AS (INSERT INTO platform.audit_queue VALUES ($1))
  INSERT INTO platform.audit_events (id, action, resource, resource_id, before, after, actor, request_id, address)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** The audit trail: written in the transaction of what it tells about, with actor, address and request id. */
@Injectable()
export class Audit {
  constructor(private readonly uow: UnitOfWork) {}

  /** Must run inside UnitOfWork.run(); the row leaves in one trip with COMMIT. */
  record(entry: AuditEntry): void {
    this.uow.gather('audit', entry, toStatement);
  }
}

function toStatement(entries: AuditEntry[]): Statement {
  const context = currentContext();
  const cause = [context?.actor ?? null, context?.requestId ?? null, context?.address ?? null];
  const rows = entries.map(toRow);
  const [first] = rows;
  if (first && rows.length === 1) return { text: INSERT_ONE, values: [...first, ...cause] };
  const columns = [0, 1, 2, 3, 4, 5].map((column) => rows.map((row) => row[column]));
  return { text: INSERT, values: [...columns, ...cause] };
}

/** In the order of the columns. */
function toRow({ action, resource, resourceId, before, after }: AuditEntry): unknown[] {
  const json = (part: object | undefined) => (part ? JSON.stringify(part) : null);
  return [newId(), action, resource, resourceId, json(before), json(after)];
}
