import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Audit } from './audit';
import { AuditChainRepository } from './audit-chain.repository';

const ERASED = 'audit.erased';

/**
 * Their network address in all they did, or that somebody unknown did to them (a wrong password may have been their own),
 * and what was written about them; both with what would let anybody guess it.
 */
const ERASE = `
  WITH mine AS (
    SELECT id, coalesce(actor, resource_id) = $2 AS is_act, resource = $1 AND resource_id = $2 AS is_about
    FROM platform.audit_events
    WHERE (actor = $2 AND address IS NOT NULL)
      OR (resource_id = $2 AND resource = $1 AND (before IS NOT NULL OR after IS NOT NULL))
      OR (resource_id = $2 AND resource = $1 AND actor IS NULL AND address IS NOT NULL)
    ORDER BY id LIMIT $3
  ), erased AS (
    UPDATE platform.audit_events event SET
      address = CASE WHEN is_act THEN NULL ELSE address END,
      before = CASE WHEN is_about THEN NULL ELSE before END,
      after = CASE WHEN is_about THEN NULL ELSE after END
    FROM mine WHERE event.id = mine.id
    RETURNING event.id, is_act, is_about
  ), unsalted AS (
    UPDATE platform.audit_seals seal SET
      address_salt = CASE WHEN is_act THEN NULL ELSE address_salt END,
      change_salt = CASE WHEN is_about THEN NULL ELSE change_salt END
    FROM erased WHERE seal.event_id = erased.id
  )
  SELECT count(*) AS count FROM erased`;

/** Takes personal data out of the audit trail. Ids, actions and times stay, and so does the chain of hashes. */
@Injectable()
export class AuditErasures {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly chain: AuditChainRepository,
    private readonly audit: Audit,
  ) {}

  /**
   * Erases up to `limit` rows of a person, and says so in the trail itself: audit:verify accepts no gap without that. Must
   * run inside UnitOfWork.run(); waits for the sealer, as a row must not be sealed and erased at once.
   * @param resource what entries about the person name as their resource
   * @returns how many rows it erased; fewer than `limit` when nothing is left
   */
  async erase(resource: string, personId: string, limit: number): Promise<number> {
    await this.chain.lockHead(true);
    const [erased] = await this.uow.sql<{ count: number }>(ERASE, [resource, personId, limit]);
    const count = erased?.count ?? 0;
    if (count > 0) this.audit.record({ action: ERASED, resource, resourceId: personId });
    return count;
  }

  /** The ids of all who have been erased. */
  async listErased(): Promise<string[]> {
    const text = `SELECT DISTINCT resource_id AS id FROM platform.audit_events WHERE action = '${ERASED}'`;
    return (await this.uow.sql<{ id: string }>(text)).map(({ id }) => id);
  }
}
