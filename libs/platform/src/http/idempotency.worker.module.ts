import { Module } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from '@platform/messaging';
import { PersonalData } from '@platform/privacy';

const HOURS_KEPT = 72;
const BATCH = 5_000;

/** Forgets idempotency keys after 72 hours, or with their user, in batches, for the worker. */
@Module({})
export class IdempotencyWorkerModule {
  constructor(
    private readonly uow: UnitOfWork,
    upkeep: Upkeep,
    personalData: PersonalData,
  ) {
    personalData.register({
      name: 'idempotency keys',
      erase: (personId, limit) => this.forgetAnswers(personId, limit),
    });
    upkeep.register({ name: 'idempotency keys', run: () => this.forgetOldKeys() });
  }

  /** A key's scope is its user, and stored answers hold what was asked: addresses, for example. */
  private forgetAnswers(personId: string, limit: number): Promise<number> {
    return this.uow.execute(
      `DELETE FROM platform.idempotency_keys WHERE (scope, key) IN (
         SELECT scope, key FROM platform.idempotency_keys WHERE scope = $1 LIMIT $2)`,
      [personId, limit],
    );
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
