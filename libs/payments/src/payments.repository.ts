import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { ChargeOutcome, NewPayment, Payment } from './payments.types';

const PAYMENT = `id, reference, buyer_id AS "buyerId", provider, method, amount_minor AS "amountMinor", currency, status,
  failure_code AS "failureCode", provider_ref AS "providerRef", refunded_minor AS "refundedMinor",
  refund_requested_minor AS "refundRequestedMinor", calls, unknown_since AS "unknownSince",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const INSERT = `
  INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Only a payment whose outcome is open can be settled: of worker and webhook, one wins. */
const SETTLE = `
  UPDATE payments.payments
  SET status = $2, failure_code = $3, provider_ref = coalesce($4, provider_ref), unknown_since = NULL,
    version = version + 1, updated_at = now()
  WHERE id = $1 AND status = 'processing' RETURNING ${PAYMENT}`;

const RESERVE_REFUND = `
  UPDATE payments.payments
  SET refund_requested_minor = refund_requested_minor + coalesce($2, amount_minor - refund_requested_minor),
    version = version + 1, updated_at = now()
  WHERE id = $1 AND status = 'succeeded'
    AND refund_requested_minor + coalesce($2, amount_minor - refund_requested_minor) <= amount_minor
    AND refund_requested_minor < amount_minor
  RETURNING ${PAYMENT}`;

/** Payments: attempts to be paid, and what is left of them. */
@Injectable()
export class PaymentsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async insert(id: string, provider: string, payment: NewPayment): Promise<void> {
    await this.uow.execute(INSERT, toValues(id, provider, payment));
  }

  /** Like `insert`, for a reference that is new in this transaction: leaves with COMMIT. */
  queueInsert(id: string, provider: string, payment: NewPayment): void {
    this.uow.queue(INSERT, toValues(id, provider, payment));
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

  /** @returns the payment as it is now, or null when its outcome was written before */
  async settle(id: string, outcome: Extract<ChargeOutcome, { kind: 'succeeded' | 'failed' }>): Promise<Payment | null> {
    const failureCode = outcome.kind === 'failed' ? outcome.failureCode : null;
    const values = [id, outcome.kind, failureCode, outcome.providerRef ?? null];
    const [payment] = await this.uow.sql<Payment>(SETTLE, values);
    return payment ?? null;
  }

  /** Notes a call that brought no answer to rely on. @param isUnknown whether the gateway may have charged */
  async noteOpenCall(id: string, isUnknown: boolean): Promise<void> {
    await this.uow.execute(
      `UPDATE payments.payments
       SET calls = calls + 1, unknown_since = CASE WHEN $2 THEN coalesce(unknown_since, now()) ELSE unknown_since END,
         updated_at = now()
       WHERE id = $1 AND status = 'processing'`,
      [id, isUnknown],
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

  private async change(id: string, assignment: string, amountMinor: number): Promise<Payment> {
    const rows = await this.uow.sql<Payment>(
      `UPDATE payments.payments SET ${assignment}, version = version + 1, updated_at = now() WHERE id = $1 RETURNING ${PAYMENT}`,
      [id, amountMinor],
    );
    return rows[0] as Payment;
  }
}

function toValues(id: string, provider: string, payment: NewPayment): unknown[] {
  const { reference, buyerId, method, amountMinor, currency } = payment;
  return [id, reference, buyerId, provider, method, amountMinor, currency];
}
