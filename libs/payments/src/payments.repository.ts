import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { CaptureMode, CertainOutcome, NewPayment, Payment, PaymentStatus } from './payments.types';

const PAYMENT = `id, reference, buyer_id AS "buyerId", provider, method, capture, amount_minor AS "amountMinor", currency,
  status, wanted,
  failure_code AS "failureCode", provider_ref AS "providerRef", refunded_minor AS "refundedMinor",
  refund_requested_minor AS "refundRequestedMinor", calls, unknown_since AS "unknownSince",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const INSERT = `
  INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency, capture)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/**
 * Only a payment whose outcome is open can be settled: of worker and webhook, one wins. What was authorized ends by being
 * captured or voided; what was not has failed when its key was closed. What has failed because it was never sent ($5) has not
 * when it was sent meanwhile.
 */
const SETTLE = `
  UPDATE payments.payments
  SET status = CASE WHEN $2 = 'voided' AND status = 'processing' THEN 'failed' ELSE $2 END,
    failure_code = CASE WHEN $2 = 'voided' AND status = 'processing' THEN 'gateway_timeout' ELSE $3 END,
    provider_ref = coalesce($4, provider_ref), unknown_since = NULL, wanted = NULL, calls = 0,
    version = version + 1, updated_at = now()
  WHERE id = $1 AND (status = 'processing' OR (status = 'authorized' AND $2 IN ('succeeded', 'voided')))
    AND NOT ($5::boolean AND provider_ref IS NOT NULL)
  RETURNING ${PAYMENT}, old.status AS "statusBefore"`;

/** Of capture and void the first wins: the second finds the decision made. */
const DECIDE = `
  UPDATE payments.payments SET wanted = $2, ask_at = now(), version = version + 1, updated_at = now()
  WHERE id = $1 AND status = 'authorized' AND wanted IS NULL
  RETURNING ${PAYMENT}`;

/** Who takes a payment asks about it alone for a while; who dies meanwhile loses it to the next. */
const TAKE_UNSETTLED = `
  UPDATE payments.payments SET ask_at = now() + make_interval(secs => $2)
  WHERE id IN (
    SELECT id FROM payments.payments
    WHERE (status = 'processing' OR wanted IS NOT NULL) AND ask_at <= now()
    ORDER BY ask_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${PAYMENT}, (extract(epoch FROM now() - created_at) * 1000)::bigint AS "ageMs"`;

const RESERVE_REFUND = `
  UPDATE payments.payments
  SET refund_requested_minor = refund_requested_minor + coalesce($2, amount_minor - refund_requested_minor),
    version = version + 1, updated_at = now()
  WHERE id = $1 AND status = 'succeeded'
    AND refund_requested_minor + coalesce($2, amount_minor - refund_requested_minor) <= amount_minor
    AND refund_requested_minor < amount_minor
  RETURNING ${PAYMENT}`;

const FORGET_PAYERS = `
  WITH known AS (
    UPDATE payments.payments SET method = 'erased' WHERE reference = ANY($1) AND status IN ('succeeded', 'failed', 'voided') RETURNING id
  )
  UPDATE payments.refunds SET reason = NULL FROM known WHERE payment_id = known.id AND reason IS NOT NULL`;

/** A payment with what was settled for it when it was begun. */
export interface BegunPayment {
  id: string;
  provider: string;
  capture: CaptureMode;
  payment: NewPayment;
}

/** A payment about which the gateway is asked. `ageMs`: for how long it has been under way, by the database's clock. */
export type UnsettledPayment = Payment & { ageMs: number };

/** A payment as it is after its outcome was written. */
export type SettledPayment = Payment & { statusBefore: PaymentStatus };

/** Payments: attempts to be paid, and what is left of them. */
@Injectable()
export class PaymentsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async insert(begun: BegunPayment): Promise<void> {
    await this.uow.execute(INSERT, toValues(begun));
  }

  /** Like `insert`, for a reference that is new in this transaction: leaves with COMMIT. */
  queueInsert(begun: BegunPayment): void {
    this.uow.queue(INSERT, toValues(begun));
  }

  async find(id: string): Promise<Payment | null> {
    const [payment] = await this.uow.sql<Payment>(`SELECT ${PAYMENT} FROM payments.payments WHERE id = $1`, [id]);
    return payment ?? null;
  }

  /** All payments of a reference, in the order of their making. */
  listFor(reference: string): Promise<Payment[]> {
    return this.uow.sql<Payment>(`SELECT ${PAYMENT} FROM payments.payments WHERE reference = $1 ORDER BY id`, [
      reference,
    ]);
  }

  listForAll(references: string[]): Promise<Payment[]> {
    const text = `SELECT ${PAYMENT} FROM payments.payments WHERE reference = ANY($1) ORDER BY id`;
    return this.uow.sql<Payment>(text, [references]);
  }

  /** Payments in the order of their ids, after the one named. */
  listAfter(after: string, limit: number): Promise<Payment[]> {
    const text = `SELECT ${PAYMENT} FROM payments.payments WHERE id > $1 ORDER BY id LIMIT $2`;
    return this.uow.sql<Payment>(text, [after, limit]);
  }

  listByIds(ids: string[]): Promise<Payment[]> {
    return this.uow.sql<Payment>(`SELECT ${PAYMENT} FROM payments.payments WHERE id = ANY($1)`, [ids]);
  }

  /** Only of payments whose outcome is known: the others still need their method. */
  async forgetPayers(references: string[]): Promise<void> {
    await this.uow.execute(FORGET_PAYERS, [references]);
  }

  /** @returns the payment as it is now, or null when its outcome was written before */
  async settle(id: string, outcome: CertainOutcome): Promise<SettledPayment | null> {
    const failureCode = outcome.kind === 'failed' ? outcome.failureCode : null;
    const end = outcome.kind === 'failed' && outcome.isClosed ? 'voided' : outcome.kind;
    const isUnsent = 'isUnsent' in outcome && outcome.isUnsent === true;
    const values = [id, end, failureCode, outcome.providerRef ?? null, isUnsent];
    const [payment] = await this.uow.sql<SettledPayment>(SETTLE, values);
    return payment ?? null;
  }

  /** Notes a call that brought no answer to rely on. @param isUnknown whether the gateway may have charged */
  async noteOpenCall(id: string, isUnknown: boolean): Promise<void> {
    await this.uow.execute(
      `UPDATE payments.payments
       SET calls = calls + 1, unknown_since = CASE WHEN $2 THEN coalesce(unknown_since, now()) ELSE unknown_since END,
         ask_at = now() + interval '5 minutes', updated_at = now()
       WHERE id = $1 AND status = 'processing'`,
      [id, isUnknown],
    );
  }

  /** Keeps the gateway's own id of a charge that is under way. @returns whether it still is */
  async noteProviderRef(id: string, providerRef: string): Promise<boolean> {
    const noted = await this.uow.execute(
      `UPDATE payments.payments SET provider_ref = $2, updated_at = now() WHERE id = $1 AND status = 'processing'`,
      [id, providerRef],
    );
    return noted > 0;
  }

  /** Decides what becomes of an authorized payment. @returns null when it is not authorized, or decided already */
  async decide(id: string, wanted: 'capture' | 'void'): Promise<Payment | null> {
    const [payment] = await this.uow.sql<Payment>(DECIDE, [id, wanted]);
    return payment ?? null;
  }

  /** Takes payments about which it is time to ask the gateway, for this worker alone, for `leaseSeconds`. */
  takeUnsettled(limit: number, leaseSeconds: number): Promise<UnsettledPayment[]> {
    return this.uow.sql<UnsettledPayment>(TAKE_UNSETTLED, [limit, leaseSeconds]);
  }

  /** Asks about a payment again after a pause. @param isCall whether the gateway was called, and gave nothing certain */
  async askAgain(id: string, pauseMs: number, isCall: boolean): Promise<void> {
    await this.uow.execute(
      `UPDATE payments.payments SET ask_at = now() + make_interval(secs => $2), calls = calls + $3, updated_at = now()
       WHERE id = $1`,
      [id, pauseMs / 1_000, isCall ? 1 : 0],
    );
  }

  /** Sets an amount aside for a refund. @param amountMinor null: all that is left; @returns null when it is too much */
  async reserveRefund(id: string, amountMinor: number | null): Promise<Payment | null> {
    const [payment] = await this.uow.sql<Payment>(RESERVE_REFUND, [id, amountMinor]);
    return payment ?? null;
  }

  /** Counts a refund that has happened. */
  async addRefunded(id: string, amountMinor: number): Promise<Payment> {
    return this.change(id, `refunded_minor = refunded_minor + $2`, amountMinor);
  }

  /** Frees what was set aside for a refund that will not happen. */
  async freeRefund(id: string, amountMinor: number): Promise<Payment> {
    return this.change(id, `refund_requested_minor = refund_requested_minor - $2`, amountMinor);
  }

  /** Takes a refund that had happened, and came back, out of both sums. */
  async takeRefundBack(id: string, amountMinor: number): Promise<Payment> {
    const both = 'refunded_minor = refunded_minor - $2, refund_requested_minor = refund_requested_minor - $2';
    return this.change(id, both, amountMinor);
  }

  private async change(id: string, assignment: string, amountMinor: number): Promise<Payment> {
    const rows = await this.uow.sql<Payment>(
      `UPDATE payments.payments SET ${assignment}, version = version + 1, updated_at = now() WHERE id = $1 RETURNING ${PAYMENT}`,
      [id, amountMinor],
    );
    return rows[0] as Payment;
  }
}

function toValues({ id, provider, capture, payment }: BegunPayment): unknown[] {
  const { reference, buyerId, method, amountMinor, currency } = payment;
  return [id, reference, buyerId, provider, method, amountMinor, currency, capture];
}
