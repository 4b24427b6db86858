import { Injectable, SetMetadata } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { stepUpRequired } from '@platform/errors';
import type { Actor } from './actor';

/** How long a session may do what needs a step-up, in seconds. */
export const STEP_UP_SECONDS = 300;

/** The metadata key of routes that need a step-up; the OpenAPI document reads it too. */
export const STEP_UP = 'auth:stepUp';

/**
 * Only a session that has proved again within the last five minutes who is using it; others get 403 `step_up_required`.
 * Stands beside the policy. Where it depends on the request, call `StepUps.require` in the service instead.
 */
export const RequireStepUp = () => SetMetadata(STEP_UP, true);

/** What has expired a day ago is cleared away on the way. */
const OPEN = `
  WITH old AS (DELETE FROM platform.step_ups WHERE expires_at < now() - interval '1 day' AND session_id <> $1)
  INSERT INTO platform.step_ups (session_id, expires_at) VALUES ($1, now() + make_interval(secs => $2))
  ON CONFLICT (session_id) DO UPDATE SET expires_at = excluded.expires_at`;

/**
 * Which sessions have proved again who is using them. A row, by the database's clock, so that it holds on every node;
 * only routes that need a step-up look for it.
 */
@Injectable()
export class StepUps {
  constructor(private readonly uow: UnitOfWork) {}

  /** Opens five minutes on this session, in the current transaction if there is one. */
  async open(sessionId: string): Promise<void> {
    await this.uow.execute(OPEN, [sessionId, STEP_UP_SECONDS]);
  }

  async isOpen(sessionId: string): Promise<boolean> {
    const rows = await this.uow.sql('SELECT 1 FROM platform.step_ups WHERE session_id = $1 AND expires_at > now()', [
      sessionId,
    ]);
    return rows.length > 0;
  }

  /** @throws AppError `step_up_required` */
  async require({ sessionId }: Pick<Actor, 'sessionId'>): Promise<void> {
    if (!(await this.isOpen(sessionId))) throw stepUpRequired();
  }
}
