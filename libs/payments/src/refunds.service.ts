import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { PaymentGateway } from './payment-gateway';
import { leftToRefund } from './payment.rules';
import { paymentNotRefundable, refundExceedsPayment } from './payments.errors';
import { paymentRefunded, refundFailed, refundRequested } from './payments.events';
import { PaymentsRepository } from './payments.repository';
import type { Refund } from './payments.types';
import { RefundsRepository } from './refunds.repository';

/** Gives money back: sets it aside at once, asks the gateway later, writes the outcome down once. */
@Injectable()
export class RefundsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateway: PaymentGateway,
    private readonly payments: PaymentsRepository,
    private readonly refunds: RefundsRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /**
   * Sets an amount aside for a refund. Several may run at once: one conditional update keeps their sum within the
   * payment.
   * @param amountMinor null: all that is left
   */
  request(paymentId: string, amountMinor: number | null, reason: string | null): Promise<Refund> {
    return this.uow.run(async () => {
      const payment = await this.payments.reserveRefund(paymentId, amountMinor);
      if (!payment) throw await this.refusal(paymentId);
      // The reservation has locked the payment's row, so the refunds before this one can't change any more.
      const amount = amountMinor ?? payment.refundRequestedMinor - (await this.refunds.sumRequested(paymentId));
      const refund = await this.refunds.insert({
        id: uuidv7(),
        paymentId,
        amountMinor: amount,
        currency: payment.currency,
        reason,
      });
      this.outbox.add(refundRequested({ refundId: refund.id }));
      this.audit.record({
        action: 'payments.refund_requested',
        resource: 'payment',
        resourceId: paymentId,
        after: { refundId: refund.id, amountMinor: amount, reason: reason ?? undefined },
      });
      return refund;
    });
  }

  /** All refunds of a payment, in the order of their making. */
  listFor(paymentId: string): Promise<Refund[]> {
    return this.refunds.listFor(paymentId);
  }

  /** Asks the gateway for the refund, under the refund's own id as key. May be called again; @throws to be called again */
  async issue(refundId: string): Promise<void> {
    this.uow.forbidActive('RefundsService.issue');
    const refund = await this.refunds.find(refundId);
    if (!refund || refund.status !== 'processing') return;
    const payment = await this.payments.find(refund.paymentId);
    if (!payment?.providerRef) throw new Error(`Payment ${refund.paymentId} has no charge to refund.`);
    const { amountMinor, currency } = refund;
    const outcome = await this.gateway.refund({
      key: refund.id,
      providerRef: payment.providerRef,
      amountMinor,
      currency,
    });
    await this.uow.run(() =>
      outcome.kind === 'succeeded'
        ? this.succeed(refund.id, outcome.providerRef)
        : this.fail(refund.id, outcome.failureCode),
    );
  }

  /** Writes down that money has gone back, in the caller's transaction; only the first time counts. */
  async succeed(refundId: string, providerRef: string): Promise<void> {
    this.uow.requireActive('RefundsService.succeed');
    const refund = await this.refunds.settle(refundId, 'succeeded', providerRef, null);
    if (!refund) return;
    const payment = await this.payments.addRefunded(refund.paymentId, refund.amountMinor);
    const { id: paymentId, reference, refundedMinor, amountMinor } = payment;
    this.outbox.add(paymentRefunded({ paymentId, reference, refundId, refundedMinor, amountMinor }));
    this.audit.record({
      action: 'payments.refunded',
      resource: 'payment',
      resourceId: paymentId,
      after: { refundId, refundedMinor },
    });
  }

  private async fail(refundId: string, failureCode: string): Promise<void> {
    const refund = await this.refunds.settle(refundId, 'failed', null, failureCode);
    if (!refund) return;
    const { id: paymentId, reference } = await this.payments.freeRefund(refund.paymentId, refund.amountMinor);
    this.outbox.add(refundFailed({ refundId, paymentId, reference, failureCode }));
    this.audit.record({
      action: 'payments.refund_failed',
      resource: 'payment',
      resourceId: paymentId,
      after: { refundId, failureCode },
    });
  }

  private async refusal(paymentId: string) {
    const payment = await this.payments.find(paymentId);
    if (!payment) return notFound('payment');
    return payment.status === 'succeeded'
      ? refundExceedsPayment(leftToRefund(payment))
      : paymentNotRefundable(payment.status);
  }
}
