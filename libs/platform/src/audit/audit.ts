import { Injectable } from '@nestjs/common';
import { newId, UnitOfWork } from '@platform/database';
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

/** A row and its place in the queue of those to be sealed: one without the other is a fault that audit:verify reports. */
const INSERT = `
  WITH queued AS (INSERT INTO platform.audit_queue SELECT unnest($1::uuid[]))
  INSERT INTO platform.audit_events (id, action, resource, resource_id, before, after, actor, request_id, address)
  SELECT given.*, $7, $8, $9
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[]) AS given`;

/** The audit trail: written in the transaction of what it tells about, with actor, address and request id. */
@Injectable()
export class Audit {
  constructor(private readonly uow: UnitOfWork) {}

  /** Must run inside UnitOfWork.run(); the row leaves in one trip with COMMIT. */
  record(entry: AuditEntry): void {
    this.uow.gather('audit', entry, (entries: AuditEntry[]) => {
      const context = currentContext();
      return {
        text: INSERT,
        values: [
          entries.map(() => newId()),
          entries.map(({ action }) => action),
          entries.map(({ resource }) => resource),
          entries.map(({ resourceId }) => resourceId),
          entries.map(({ before }) => (before ? JSON.stringify(before) : null)),
          entries.map(({ after }) => (after ? JSON.stringify(after) : null)),
          context?.actor ?? null,
          context?.requestId ?? null,
          context?.address ?? null,
        ],
      };
    });
  }
}
