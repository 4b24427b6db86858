import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { decodeCursor, Signals, toPage, UnitOfWork, type Page } from '@platform/database';
import { notFound } from '@platform/errors';
import { Log } from '@platform/observability';
import { LeaseLost, type SagaStatus } from './saga';
import type { LeasedSaga } from './saga-store';
import { SagaSubjects, type Resolution, type SagaSubject } from './saga-subjects';
import { sagaNeedsNoAttention } from './saga.errors';
import { SAGA_SIGNAL } from './sagas';

/** A saga that needs a person, or has needed one. */
export interface ParkedSaga {
  /** Given when it was parked first; ids are in the order of that. */
  id: string;
  name: string;
  key: string;
  step: string;
  status: SagaStatus;
  /** Why it could not go on, in the program's words. */
  lastError: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const SAGA = `id, name, key, step, status, last_error AS "lastError", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** The id comes with the first parking: sagas that never need a person are spared an index. */
const PARK = `
  UPDATE platform.sagas
  SET status = 'needs_attention', parked_from = status, id = coalesce(id, uuidv7()), lease = NULL, woken = false,
    attempts = 0, last_error = $6, updated_at = now()
  WHERE name = $1 AND key = $2 AND lease = $3 AND step = $4 AND status = $5`;

const RETRY = `
  UPDATE platform.sagas
  SET status = coalesce(parked_from, 'compensating'), next_run_at = now(), resumed_at = now(), updated_at = now()
  WHERE id = $1 AND status = 'needs_attention' RETURNING ${SAGA}`;

const RESOLVE = `
  UPDATE platform.sagas SET status = $2, updated_at = now()
  WHERE id = $1 AND status = 'needs_attention' RETURNING ${SAGA}`;

/** Sagas that can go neither on nor back: parks them, shows them, and lets people set them going or end them. */
@Injectable()
export class ParkedSagas {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly subjects: SagaSubjects,
    private readonly audit: Audit,
    private readonly signals: Signals,
    private readonly log: Log,
  ) {}

  /**
   * Takes a saga out of the run and shows it on its subject, both or neither. A subject that can't show it must not keep
   * the saga going for ever: then it is parked all the same.
   * @param told for whoever follows the subject; @param error the program's own words, for operators only
   * @throws LeaseLost
   */
  async park(saga: LeasedSaga, told: string, error = told): Promise<void> {
    try {
      await this.uow.run(async () => {
        await this.subjects.find(saga.name)?.parked(saga.key, told); // the subject's row before the saga's, as everywhere
        await this.write(saga, error);
      });
    } catch (failure) {
      if (failure instanceof LeaseLost) throw failure;
      this.log.error('sagas.parked_unseen', { saga: saga.name, key: saga.key, error: failure });
      await this.write(saga, error);
    }
  }

  /** What was parked last comes first. @param status only those that stand so now; null: all that were ever parked */
  async list(status: SagaStatus | null, limit: number, cursor?: string): Promise<Page<ParkedSaga>> {
    const before = cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
    const rows = await this.uow.sql<ParkedSaga>(
      `SELECT ${SAGA} FROM platform.sagas
       WHERE id IS NOT NULL AND ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [status, before, limit + 1],
    );
    return toPage(rows, limit, ({ id }) => [id]);
  }

  /** Lets a saga go on where it stood, in the direction that it went. @throws AppError `saga_needs_no_attention` */
  retry(id: string, by: string): Promise<ParkedSaga> {
    return this.decide(id, RETRY, [], (key, subject) => subject.retried(key, by), 'retried');
  }

  /** Ends a saga that a person has seen to by hand. @throws AppError `saga_needs_no_attention`, or what its subject says */
  resolve(id: string, resolution: Resolution): Promise<ParkedSaga> {
    const { outcome, note } = resolution;
    return this.decide(id, RESOLVE, [outcome], (key, subject) => subject.resolved(key, resolution), 'resolved', note);
  }

  /** Of several who decide at once, the conditional update lets one win; what the others have shown is rolled back. */
  private decide(
    id: string,
    update: string,
    values: unknown[],
    show: (key: string, subject: SagaSubject) => Promise<void>,
    decision: 'retried' | 'resolved',
    note?: string,
  ): Promise<ParkedSaga> {
    return this.uow.run(async () => {
      const before = await this.get(id);
      if (before.status !== 'needs_attention') throw sagaNeedsNoAttention(before.status);
      const subject = this.subjects.find(before.name);
      if (subject) await show(before.key, subject);
      const [after] = await this.uow.sql<ParkedSaga>(update, [id, ...values]);
      if (!after) throw sagaNeedsNoAttention((await this.get(id)).status);
      this.audit.record({
        action: `sagas.${decision}`,
        resource: 'saga',
        resourceId: id,
        before: { status: before.status, step: before.step },
        after: { status: after.status, note },
      });
      this.uow.afterCommit(() => this.signals.wake(SAGA_SIGNAL));
      return after;
    });
  }

  private async get(id: string): Promise<ParkedSaga> {
    const [saga] = await this.uow.sql<ParkedSaga>(`SELECT ${SAGA} FROM platform.sagas WHERE id = $1`, [id]);
    if (!saga) throw notFound('saga');
    return saga;
  }

  private async write(saga: LeasedSaga, error: string): Promise<void> {
    const values = [saga.name, saga.key, saga.lease, saga.step, saga.status, error];
    if ((await this.uow.execute(PARK, values)) === 0) throw new LeaseLost(saga.name, saga.key);
  }
}
