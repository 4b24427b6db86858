import { Injectable } from '@nestjs/common';
import { newId, UnitOfWork } from '@platform/database';
import type { KeptDifference, Reconciliation } from './reconciliation.types';

const RUN = `id, provider, status, covers_from AS "coversFrom", covers_to AS "coversTo", charges, payments, differences,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const DIFFERENCE = `id, reconciliation_id AS "reconciliationId", kind, payment_id AS "paymentId",
  provider_ref AS "providerRef", currency, ours_minor AS "oursMinor", theirs_minor AS "theirsMinor",
  created_at AS "createdAt"`;

const INSERT = `
  INSERT INTO payments.reconciliations (id, provider, covers_from, covers_to)
  VALUES ($1, $2, now() - make_interval(days => $3), now()) RETURNING ${RUN}`;

/** Once a day, from the day on when there is something of yesterday to look at. Of several workers one inserts. */
const INSERT_DAILY = `
  INSERT INTO payments.reconciliations (id, provider, covers_from, covers_to)
  SELECT $1, $2, now() - make_interval(days => $3), now()
  WHERE NOT EXISTS (
      SELECT FROM payments.reconciliations WHERE provider = $2 AND created_at > now() - interval '1 day')
    AND EXISTS (SELECT FROM payments.payments WHERE created_at < now() - interval '1 day')
  ON CONFLICT DO NOTHING`;

/** Runs and the differences that they have found. */
@Injectable()
export class ReconciliationsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** A run over the last `days` days. @throws unique violation `reconciliations_one_open` */
  async insert(provider: string, days: number): Promise<Reconciliation> {
    const [run] = await this.uow.sql<Reconciliation>(INSERT, [newId(), provider, days]);
    return run as Reconciliation;
  }

  /** The run of the day over the last `days` days, if it is due. */
  async insertDaily(provider: string, days: number): Promise<void> {
    await this.uow.execute(INSERT_DAILY, [newId(), provider, days]);
  }

  /** Newest first, older than the run named `before`. */
  list(before: string | null, limit: number): Promise<Reconciliation[]> {
    return this.uow.sql<Reconciliation>(
      `SELECT ${RUN} FROM payments.reconciliations
       WHERE id < coalesce($1::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $2`,
      [before, limit],
    );
  }

  /** Newest first, older than the difference named `before`. @param reconciliationId only this run's; null: all */
  listDifferences(reconciliationId: string | null, before: string | null, limit: number): Promise<KeptDifference[]> {
    return this.uow.sql<KeptDifference>(
      `SELECT ${DIFFERENCE} FROM payments.reconciliation_differences
       WHERE ($1::uuid IS NULL OR reconciliation_id = $1)
         AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $3`,
      [reconciliationId, before, limit],
    );
  }

  /** How many differences of each kind the latest finished run of each provider has found. */
  countLatest(): Promise<Array<{ provider: string; kind: string; count: number }>> {
    return this.uow.sql(
      `SELECT run.provider, found.kind, count(*) AS count
       FROM (SELECT DISTINCT ON (provider) id, provider FROM payments.reconciliations WHERE status = 'done'
             ORDER BY provider, created_at DESC) run
       JOIN payments.reconciliation_differences found ON found.reconciliation_id = run.id
       GROUP BY run.provider, found.kind`,
    );
  }
}
