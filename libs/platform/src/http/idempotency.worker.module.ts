import { Module } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from '@platform/messaging';
import { PersonalData } from '@platform/privacy';

const HOURS_KEPT = 72;

const FORGET = `
  DELETE FROM platform.idempotency_keys WHERE (scope, key) IN (
    SELECT scope, key FROM platform.idempotency_keys
    WHERE created_at < now() - make_interval(hours => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** A key's scope is its user, and stored answers hold what was asked: addresses, for example. */
const FORGET_PERSON = `
  DELETE FROM platform.idempotency_keys WHERE (scope, key) IN (
    SELECT scope, key FROM platform.idempotency_keys WHERE scope = $1 LIMIT $2)`;

/** Forgets idempotency keys after 72 hours, or with their user, in batches, for the worker. */
@Module({})
export class IdempotencyWorkerModule {
  constructor(uow: UnitOfWork, upkeep: Upkeep, personalData: PersonalData) {
    personalData.register({
      name: 'idempotency keys',
      erase: (personId, limit) => uow.execute(FORGET_PERSON, [personId, limit]),
    });
    upkeep.registerForgetting('idempotency keys', (limit) => uow.execute(FORGET, [HOURS_KEPT, limit]));
  }
}
