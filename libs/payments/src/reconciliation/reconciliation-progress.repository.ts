import { Injectable } from '@nestjs/common';
import { newId, UnitOfWork } from '@platform/database';
import type { ComparedPayment, Difference, Reconciliation } from './reconciliation.types';

const LEASE_SECONDS = 120;
/** A gateway that can't be asked now is asked again later; after a day and a half a person has to look. */
const RETRY_SECONDS = 900;
const MAX_ATTEMPTS = 150;

/** $1: the end of the time that the run covers. What has not settled after an hour is not moving but stuck. */
const COMPARED = `p.id, p.reference, p.provider, p.provider_ref AS "providerRef", p.status, p.wanted, p.amount_minor AS "amountMinor",
  p.currency, p.refunded_minor AS "refundedMinor", p.refund_requested_minor AS "refundRequestedMinor",
  p.updated_at > $1 OR ((p.status = 'processing' OR p.wanted IS NOT NULL) AND p.created_at > now() - interval '1 hour')
    AS "isMoving"`;

const TAKE = `
  UPDATE payments.reconciliations
  SET status = 'running', lease = uuidv7(), attempts = attempts + 1, charges = 0, payments = 0, differences = 0,
    next_run_at = now() + make_interval(secs => $1), updated_at = now()
  WHERE id IN (
    SELECT id FROM payments.reconciliations WHERE status IN ('requested', 'running') AND next_run_at <= now()
    ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, provider, covers_from AS "coversFrom", covers_to AS "coversTo", lease`;

const KEEP = `
  UPDATE payments.reconciliations
  SET charges = charges + $3, payments = payments + $4, differences = differences + $5,
    next_run_at = now() + make_interval(secs => $6), updated_at = now()
  WHERE id = $1 AND lease = $2`;

const INSERT_DIFFERENCES = `
  INSERT INTO payments.reconciliation_differences (id, reconciliation_id, kind, payment_id, provider_ref, currency,
    ours_minor, theirs_minor)
  SELECT found.id, $1, found.kind, found.payment_id, found.provider_ref, found.currency, found.ours, found.theirs
  FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
    AS found (id, kind, payment_id, provider_ref, currency, ours, theirs)`;

/** A run that a worker has taken. */
export type TakenRun = Pick<Reconciliation, 'id' | 'provider' | 'coversFrom' | 'coversTo'> & { lease: string };

/** One page of work: what was looked at, and what it showed. */
export interface Findings {
  charges: number;
  payments: number;
  seen: string[];
  differences: Difference[];
}

/** Runs at work. Every write is fenced by the lease under which it was decided. */
@Injectable()
export class ReconciliationProgress {
  constructor(private readonly uow: UnitOfWork) {}

  /** Takes a run that is due, for this worker alone, and lets it begin anew. */
  take(): Promise<TakenRun | null> {
    return this.uow.run(async () => {
      const [run] = await this.uow.sql<TakenRun>(TAKE, [LEASE_SECONDS]);
      if (!run) return null;
      await this.forget(run.id, ['reconciliation_charges', 'reconciliation_differences']);
      return run;
    });
  }

  /** Keeps what a page has shown, and the lease. @throws Error when another worker has taken over */
  async keep(run: TakenRun, { charges, payments, seen, differences }: Findings): Promise<void> {
    await this.uow.run(async () => {
      const values = [run.id, run.lease, charges, payments, differences.length, LEASE_SECONDS];
      await this.fenced(run, KEEP, values);
      await this.uow.execute(
        `INSERT INTO payments.reconciliation_charges (reconciliation_id, payment_id)
         SELECT $1, seen FROM unnest($2::uuid[]) seen ON CONFLICT DO NOTHING`,
        [run.id, seen],
      );
      if (differences.length > 0) await this.insert(run.id, differences);
    });
  }

  /** The run is through. */
  async finish(run: TakenRun): Promise<void> {
    await this.uow.run(async () => {
      const text = `UPDATE payments.reconciliations SET status = 'done', lease = NULL, updated_at = now()
        WHERE id = $1 AND lease = $2`;
      await this.fenced(run, text, [run.id, run.lease]);
      await this.forget(run.id, ['reconciliation_charges']);
    });
  }

  /** The gateway could not be asked: the run begins anew later. */
  async postpone(run: TakenRun): Promise<void> {
    await this.uow.execute(
      `UPDATE payments.reconciliations SET lease = NULL, next_run_at = now() + make_interval(secs => $3), updated_at = now(),
         status = CASE WHEN attempts < $4 THEN status ELSE 'failed' END
       WHERE id = $1 AND lease = $2`,
      [run.id, run.lease, RETRY_SECONDS, MAX_ATTEMPTS],
    );
  }

  /** Payments by their ids, at this run's provider. */
  findPayments({ provider, coversTo }: TakenRun, ids: string[]): Promise<ComparedPayment[]> {
    return this.uow.sql<ComparedPayment>(
      `SELECT ${COMPARED} FROM payments.payments p WHERE p.id = ANY($2) AND p.provider = $3`,
      [coversTo, ids, provider],
    );
  }

  /** Payments that count, were begun in the run's time, rest, and that no charge was seen of; by id, behind `after`. */
  listUnseen(run: TakenRun, after: string | null, limit: number): Promise<ComparedPayment[]> {
    return this.uow.sql<ComparedPayment>(
      `SELECT ${COMPARED} FROM payments.payments p
       WHERE p.provider = $2 AND p.created_at >= $3 AND p.created_at < $1 AND p.updated_at <= $1
         AND p.status IN ('succeeded', 'authorized')
         AND NOT EXISTS (SELECT FROM payments.reconciliation_charges seen
           WHERE seen.reconciliation_id = $4 AND seen.payment_id = p.id)
         AND p.id > $5
       ORDER BY p.id LIMIT $6`,
      [run.coversTo, run.provider, run.coversFrom, run.id, after ?? firstIdOf(run.coversFrom), limit],
    );
  }

  private async insert(runId: string, found: Difference[]): Promise<void> {
    await this.uow.execute(INSERT_DIFFERENCES, [
      runId,
      found.map(() => newId()),
      found.map(({ kind }) => kind),
      found.map(({ paymentId }) => paymentId),
      found.map(({ providerRef }) => providerRef),
      found.map(({ currency }) => currency),
      found.map(({ oursMinor }) => oursMinor),
      found.map(({ theirsMinor }) => theirsMinor),
    ]);
  }

  private async fenced(run: TakenRun, text: string, values: unknown[]): Promise<void> {
    if ((await this.uow.execute(text, values)) === 0) throw new Error(`Another worker has taken run ${run.id} over.`);
  }

  private async forget(
    runId: string,
    tables: Array<'reconciliation_charges' | 'reconciliation_differences'>,
  ): Promise<void> {
    for (const table of tables)
      await this.uow.execute(`DELETE FROM payments.${table} WHERE reconciliation_id = $1`, [runId]);
  }
}

/** No id (UUIDv7) of this time is smaller, though clocks differ by an hour. Ids are made in the order of time. */
function firstIdOf(time: Date): string {
  const hex = (time.getTime() - 3_600_000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
