import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { Refund } from './payments.types';

const REFUND = `id, payment_id AS "paymentId", amount_minor AS "amountMinor", currency, reason, status,
  failure_code AS "failureCode", calls, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Who takes a refund asks for it alone for a while; who dies meanwhile loses it to the next. */
const TAKE_UNSETTLED = `
  UPDATE payments.refunds SET ask_at = now() + make_interval(secs => $2)
  WHERE id IN (
    SELECT id FROM payments.refunds WHERE status = 'processing' AND ask_at <= now()
    ORDER BY ask_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${REFUND}`;

/** Refunds: money on its way back, and what became of it. */
@Injectable()
export class RefundsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async insert(refund: Pick<Refund, 'id' | 'paymentId' | 'amountMinor' | 'currency' | 'reason'>): Promise<Refund> {
    const { id, paymentId, amountMinor, currency, reason } = refund;
    const rows = await this.uow.sql<Refund>(
      `INSERT INTO payments.refunds (id, payment_id, amount_minor, currency, reason) VALUES ($1, $2, $3, $4, $5)
       RETURNING ${REFUND}`,
      [id, paymentId, amountMinor, currency, reason],
    );
    return rows[0] as Refund;
  }

  async find(id: string): Promise<Refund | null> {
    const [refund] = await this.uow.sql<Refund>(`SELECT ${REFUND} FROM payments.refunds WHERE id = $1`, [id]);
    return refund ?? null;
  }

  /** All refunds of a payment, in the order of their making. */
  listFor(paymentId: string): Promise<Refund[]> {
    return this.uow.sql<Refund>(`SELECT ${REFUND} FROM payments.refunds WHERE payment_id = $1 ORDER BY id`, [
      paymentId,
    ]);
  }

  /** Refunds in the order of their ids, after the one named. */
  listAfter(after: string, limit: number): Promise<Refund[]> {
    const text = `SELECT ${REFUND} FROM payments.refunds WHERE id > $1 ORDER BY id LIMIT $2`;
    return this.uow.sql<Refund>(text, [after, limit]);
  }

  /** What refunds that are under way or have succeeded come to. */
  async sumRequested(paymentId: string): Promise<number> {
    const [row] = await this.uow.sql<{ sum: number }>(
      `SELECT coalesce(sum(amount_minor), 0)::bigint AS sum FROM payments.refunds
       WHERE payment_id = $1 AND status <> 'failed'`,
      [paymentId],
    );
    return row?.sum ?? 0;
  }

  /** Takes refunds for which it is time to ask the gateway, for this worker alone, for `leaseSeconds`. */
  takeUnsettled(limit: number, leaseSeconds: number): Promise<Refund[]> {
    return this.uow.sql<Refund>(TAKE_UNSETTLED, [limit, leaseSeconds]);
  }

  /** Asks for a refund again after a pause. @param isCall whether the gateway was called, and gave nothing certain */
  async askAgain(id: string, pauseMs: number, isCall: boolean): Promise<void> {
    await this.uow.execute(
      `UPDATE payments.refunds SET ask_at = now() + make_interval(secs => $2), calls = calls + $3, updated_at = now()
       WHERE id = $1 AND status = 'processing'`,
      [id, pauseMs / 1_000, isCall ? 1 : 0],
    );
  }

  /** Writes the outcome, once. @returns the refund, or null when its outcome was written before */
  async settle(id: string, status: 'succeeded' | 'failed', providerRef: string | null, failureCode: string | null) {
    const [refund] = await this.uow.sql<Refund>(
      `UPDATE payments.refunds SET status = $2, provider_ref = $3, failure_code = $4, updated_at = now()
       WHERE id = $1 AND status = 'processing' RETURNING ${REFUND}`,
      [id, status, providerRef, failureCode],
    );
    return refund ?? null;
  }

  /** Takes the success of a refund back, once. @returns the refund, or null when it is not this one that succeeded */
  async takeBack(id: string, providerRef: string, failureCode: string): Promise<Refund | null> {
    const [refund] = await this.uow.sql<Refund>(
      `UPDATE payments.refunds SET status = 'failed', failure_code = $3, updated_at = now()
       WHERE id = $1 AND status = 'succeeded' AND provider_ref = $2 RETURNING ${REFUND}`,
      [id, providerRef, failureCode],
    );
    return refund ?? null;
  }
}
