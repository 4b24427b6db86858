import { Module } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from '@platform/messaging';

/** Access tokens of a session are good for 15 minutes after its end; the rest is for clocks that differ. */
const DAYS_KEPT = 1;

const FORGET = `
  DELETE FROM platform.ended_sessions WHERE session_id IN (
    SELECT session_id FROM platform.ended_sessions
    WHERE ended_at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Forgets ended sessions once none of their access tokens can be good any more, for the worker. */
@Module({})
export class AuthWorkerModule {
  constructor(uow: UnitOfWork, upkeep: Upkeep) {
    upkeep.registerForgetting('ended sessions', (limit) => uow.execute(FORGET, [DAYS_KEPT, limit]));
  }
}
