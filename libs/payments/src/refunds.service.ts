import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { newId, UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { Log } from '@platform/observability';
import { isOpen } from './gateways/payment-gateway';
import { PaymentGateways } from './gateways/payment-gateways';
import { Ledger } from './ledger/ledger';
import { askPauseMs, leftToRefund } from './payment.rules';
import { paymentNotRefundable, refundExceedsPayment } from './payments.errors';
import { paymentRefunded, refundFailed, refundRequested, refundReversed } from './payments.events';
import { PaymentsRepository } from './payments.repository';
import type { Refund, RefundOutcome } from './payments.types';
import { RefundsRepository } from './refunds.repository';

type FailedRefund = Extract<RefundOutcome, { kind: 'failed' }>;

/** Gives money back: sets it aside at once, asks the gateway later, writes the outcome down once. */
@Injectable()
export class RefundsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly refunds: RefundsRepository,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly log: Log,
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
        id: newId(),
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
        after: { refundId: refund.id, amountMinor: amount },
      });
      return refund;
    });
  }

  /** All refunds of a payment, in the order of their making. */
  listFor(paymentId: string): Promise<Refund[]> {
    return this.refunds.listFor(paymentId);
  }

  /**
   * Asks the gateway for the refund, under the refund's own id as key. May be called again; what stays open is asked for
   * again later, with growing pauses.
   */
  async issue(refundId: string): Promise<void> {
    this.uow.forbidActive('RefundsService.issue');
    const refund = await this.refunds.find(refundId);
    if (!refund || refund.status !== 'processing') return;
    const payment = await this.payments.find(refund.paymentId);
    if (!payment?.providerRef) throw new Error(`Payment ${refund.paymentId} has no charge to refund.`);
    const { amountMinor, currency, calls } = refund;
    const request = { key: refund.id, providerRef: payment.providerRef, amountMinor, currency, calls };
    const outcome = await this.gateways.of(payment.provider).refund(request);
    if (!isOpen(outcome)) {
      await this.uow.run(() => this.settle(refund.id, outcome));
      return;
    }
    this.log.warn('payments.refund_open', { refundId, outcome: outcome.kind, calls });
    await this.refunds.askAgain(refundId, askPauseMs(calls, outcome), outcome.kind !== 'withheld');
  }

  /** Whether the money of a refund is this provider's to give back. */
  async isOf(refundId: string, provider: string): Promise<boolean> {
    const refund = await this.refunds.find(refundId);
    return refund !== null && (await this.payments.find(refund.paymentId))?.provider === provider;
  }

  /**
   * Writes the gateway's word about a refund down, in the caller's transaction. Only the first that is certain counts,
   * except that a success may be taken back: banks return money days later.
   */
  async settle(refundId: string, outcome: RefundOutcome): Promise<void> {
    this.uow.requireActive('RefundsService.settle');
    if (outcome.kind === 'succeeded') await this.succeed(refundId, outcome.providerRef);
    else if (outcome.kind === 'failed') await this.fail(refundId, outcome);
  }

  private async succeed(refundId: string, providerRef: string): Promise<void> {
    const refund = await this.refunds.settle(refundId, 'succeeded', providerRef, null);
    if (!refund) return;
    const payment = await this.payments.addRefunded(refund.paymentId, refund.amountMinor);
    this.ledger.queueRefund(refund, payment);
    const { id: paymentId, reference, refundedMinor, amountMinor } = payment;
    this.outbox.add(paymentRefunded({ paymentId, reference, refundId, refundedMinor, amountMinor }));
    this.audit.record({
      action: 'payments.refunded',
      resource: 'payment',
      resourceId: paymentId,
      after: { refundId, refundedMinor },
    });
  }

  private async fail(refundId: string, { failureCode, providerRef }: FailedRefund): Promise<void> {
    const refund = await this.refunds.settle(refundId, 'failed', providerRef ?? null, failureCode);
    if (!refund) {
      if (providerRef !== undefined) await this.takeBack(refundId, providerRef, failureCode);
      return;
    }
    const { id: paymentId, reference } = await this.payments.freeRefund(refund.paymentId, refund.amountMinor);
    this.outbox.add(refundFailed({ refundId, paymentId, reference, failureCode }));
    this.audit.record({
      action: 'payments.refund_failed',
      resource: 'payment',
      resourceId: paymentId,
      after: { refundId, failureCode },
    });
  }

  private async takeBack(refundId: string, providerRef: string, failureCode: string): Promise<void> {
    const refund = await this.refunds.takeBack(refundId, providerRef, failureCode);
    if (!refund) return;
    const payment = await this.payments.takeRefundBack(refund.paymentId, refund.amountMinor);
    this.ledger.queueRefundReversal(refund, payment);
    const { id: paymentId, reference, refundedMinor, amountMinor } = payment;
    this.outbox.add(refundReversed({ paymentId, reference, refundId, failureCode, refundedMinor, amountMinor }));
    this.audit.record({
      action: 'payments.refund_reversed',
      resource: 'payment',
      resourceId: paymentId,
      after: { refundId, failureCode, refundedMinor },
    });
    this.log.error('payments.refund_reversed', { paymentId, refundId, failureCode });
  }

  private async refusal(paymentId: string) {
    const payment = await this.payments.find(paymentId);
    if (!payment) return notFound('payment');
    return payment.status === 'succeeded'
      ? refundExceedsPayment(leftToRefund(payment))
      : paymentNotRefundable(payment.status);
  }
}
