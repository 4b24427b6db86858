import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from '@platform/messaging';
import { SagaRegistry } from './saga-registry';

/** What needed a person stays for a year, so that one can look it up. */
const TROUBLED_KEPT_SECONDS = 365 * 86_400;

/**
 * Keys are ids of version 7, so the oldest are at the beginning of the primary key: what finds them costs running sagas
 * no index. A saga that runs, or waits for a person, stays however old it is.
 */
const FORGET = `
  DELETE FROM platform.sagas WHERE (name, key) IN (
    SELECT name, key FROM platform.sagas
    WHERE name = $1 AND key < (SELECT uuidv7(make_interval(secs => -$2::float)))
      AND updated_at < now() - make_interval(secs => $2::float) AND status IN ('done', 'undone')
      AND (id IS NULL OR updated_at < now() - make_interval(secs => greatest($2::float, $3::float)))
    ORDER BY key LIMIT $4 FOR UPDATE SKIP LOCKED)`;

/** Deletes sagas that have ended long ago. Nothing depends on them: what they have done stands in their subjects. */
@Injectable()
export class SagaUpkeep {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly registry: SagaRegistry,
    private readonly config: Config,
    upkeep: Upkeep,
  ) {
    upkeep.registerForgetting('sagas', (limit) => this.forgetEnded(limit));
  }

  /** @returns how many, `limit` at the most */
  private async forgetEnded(limit: number): Promise<number> {
    const keptSeconds = this.config.get('SAGA_RETENTION');
    let forgotten = 0;
    for (const name of this.registry.names)
      forgotten += await this.uow.execute(FORGET, [name, keptSeconds, TROUBLED_KEPT_SECONDS, limit - forgotten]);
    return forgotten;
  }
}
