import { Module } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from '@platform/messaging';

const HOURS_KEPT = 72;
const BATCH = 5_000;

/** Forgets idempotency keys after 72 hours, in batches, for the worker. */
@Module({})
export class IdempotencyWorkerModule {
  constructor(
    private readonly uow: UnitOfWork,
    upkeep: Upkeep,
  ) {
    upkeep.register({ name: 'idempotency keys', run: () => this.forgetOldKeys() });
  }

  private async forgetOldKeys(): Promise<void> {
    let forgotten: number;
    do {
      forgotten = await this.uow.execute(
        `DELETE FROM platform.idempotency_keys WHERE (scope, key) IN (
           SELECT scope, key FROM platform.idempotency_keys
           WHERE created_at < now() - make_interval(hours => $1) LIMIT $2)`,
        [HOURS_KEPT, BATCH],
      );
    } while (forgotten === BATCH);
  }
}
