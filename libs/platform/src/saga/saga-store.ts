import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { LeaseLost, type SagaStatus, type Wait } from './saga';

/** A saga that this worker holds the lease of. */
export interface LeasedSaga {
  name: string;
  key: string;
  step: string;
  status: Extract<SagaStatus, 'running' | 'compensating'>;
  attempts: number;
  lease: string;
  requestId: string | null;
  /** Started, or set going again by a person. */
  since: Date;
}

const take = (where: string) => `
  UPDATE platform.sagas saga
  SET lease = uuidv7(), woken = false, next_run_at = now() + make_interval(secs => $3), updated_at = now()
  FROM (
    SELECT name, key FROM platform.sagas
    WHERE status IN ('running', 'compensating') AND next_run_at <= now() AND name = ANY($1) ${where}
    ORDER BY next_run_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ) due
  WHERE saga.name = due.name AND saga.key = due.key
  RETURNING saga.name, saga.key, saga.step, saga.status, saga.attempts, saga.lease, saga.request_id AS "requestId",
    coalesce(saga.resumed_at, saga.created_at) AS since`;

const TAKE = take('');

/** The minute keeps the look short, however many are due. Orphans of a time when no worker was there wait their turn. */
const TAKE_ORPHANS = take(`AND lease IS NOT NULL AND next_run_at > now() - interval '1 minute'`);

const MOVE = `
  UPDATE platform.sagas
  SET step = $4, status = $5, attempts = 0, updated_at = now(), woken = false,
    last_error = coalesce($6, CASE WHEN status = 'compensating' THEN last_error END), -- why it is undone stays known
    lease = CASE WHEN $5 IN ('running', 'compensating') THEN lease END
  WHERE name = $1 AND key = $2 AND lease = $3 AND step = $7 AND status = $8`;

const EXTEND = `
  UPDATE platform.sagas SET next_run_at = now() + make_interval(secs => $4)
  WHERE name = $1 AND key = $2 AND lease = $3`;

const PAUSE = `
  UPDATE platform.sagas
  SET lease = NULL, attempts = $6, last_error = $7, updated_at = now(), woken = false,
    next_run_at = CASE WHEN woken THEN now() ELSE coalesce($4, now() + make_interval(secs => $5)) END
  WHERE name = $1 AND key = $2 AND lease = $3
  RETURNING next_run_at <= now() AS "dueAtOnce"`;

/** The state of sagas in PostgreSQL. Every write is fenced by the lease under which it was decided. */
@Injectable()
export class SagaStore {
  constructor(private readonly uow: UnitOfWork) {}

  /** Takes sagas that are due, for this worker alone, for `leaseSeconds`. */
  take(names: string[], limit: number, leaseSeconds: number): Promise<LeasedSaga[]> {
    return this.uow.sql<LeasedSaga>(TAKE, [names, limit, leaseSeconds]);
  }

  /** Like `take`, only sagas whose worker has lost its lease within the last minute: it has died, or is frozen. */
  takeOrphans(names: string[], limit: number, leaseSeconds: number): Promise<LeasedSaga[]> {
    return this.uow.sql<LeasedSaga>(TAKE_ORPHANS, [names, limit, leaseSeconds]);
  }

  /**
   * Moves a saga on from the place at which it was taken: a step that was given up, and wakes while its compensation
   * runs under the same lease, is refused. Joins the step's transaction when called inside one.
   * @throws LeaseLost
   */
  async move(saga: LeasedSaga, step: string, status: SagaStatus, reason?: string): Promise<void> {
    const values = [saga.name, saga.key, saga.lease, step, status, reason ?? null, saga.step, saga.status];
    if ((await this.uow.execute(MOVE, values)) === 0) throw new LeaseLost(saga.name, saga.key);
  }

  /** Keeps a lease for longer, while its step is at work. A lease that is lost stays lost. */
  async extend(saga: LeasedSaga, leaseSeconds: number): Promise<void> {
    await this.uow.execute(EXTEND, [saga.name, saga.key, saga.lease, leaseSeconds]);
  }

  /** Gives the lease back for a while; for no time when the saga was woken meanwhile. @returns whether it is due at once */
  async pause(saga: LeasedSaga, wait: Wait, attempts: number, error?: string): Promise<boolean> {
    const until = 'until' in wait ? wait.until : null;
    const seconds = 'forMs' in wait ? wait.forMs / 1_000 : 0;
    const values = [saga.name, saga.key, saga.lease, until, seconds, attempts, error ?? null];
    const [row] = await this.uow.sql<{ dueAtOnce: boolean }>(PAUSE, values);
    if (!row) throw new LeaseLost(saga.name, saga.key);
    return row.dueAtOnce;
  }
}
