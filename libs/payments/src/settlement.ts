import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { Log } from '@platform/observability';
import { PaymentGateway } from './payment-gateway';
import { mustBeClosed, retryPauseMs } from './payment.rules';
import { paymentFailed, paymentSucceeded } from './payments.events';
import { PaymentsRepository } from './payments.repository';
import type { ChargeOutcome, Payment } from './payments.types';

/** What is known of a payment after the gateway was asked. */
export type GatewayAnswer =
  | { kind: 'settled'; outcome: Extract<ChargeOutcome, { kind: 'succeeded' | 'failed' }> }
  | { kind: 'open'; retryAfterMs: number };

/** Brings a payment to its end: asks the gateway outside of any transaction, then writes down what it said. */
@Injectable()
export class Settlement {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateway: PaymentGateway,
    private readonly payments: PaymentsRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /**
   * Charges, or, when a call has gone astray before, finds out what became of it. A payment whose outcome stays unknown
   * is closed at the gateway before it may fail: "no such charge" proves nothing while the call may still arrive.
   */
  async askGateway(payment: Payment): Promise<GatewayAnswer> {
    this.uow.forbidActive('Settlement.askGateway');
    const { id: key, method, reference, amountMinor, currency } = payment;
    const isCharge = payment.unknownSince === null;
    let outcome = isCharge
      ? await this.gateway.charge({ key, method, reference, amountMinor, currency })
      : await this.gateway.find(key);
    if (isCharge && outcome.kind === 'unknown') outcome = await this.ask(payment, outcome);
    return this.toAnswer(payment, outcome);
  }

  /** Ends a payment that nobody wants any more: closes its key, or learns that the charge came first. */
  async close(payment: Payment): Promise<GatewayAnswer> {
    this.uow.forbidActive('Settlement.close');
    const outcome = await this.gateway.close(payment.id);
    if (outcome.kind === 'succeeded' || outcome.kind === 'failed') return { kind: 'settled', outcome };
    await this.payments.noteOpenCall(payment.id, false);
    return { kind: 'open', retryAfterMs: retryPauseMs(payment.calls + 1) };
  }

  /** Writes an outcome down, once, in the caller's transaction. @returns null when it was written before */
  async settle(
    paymentId: string,
    outcome: Extract<ChargeOutcome, { kind: 'succeeded' | 'failed' }>,
  ): Promise<Payment | null> {
    this.uow.requireActive('Settlement.settle');
    const payment = await this.payments.settle(paymentId, outcome);
    if (!payment) return null;
    const { reference } = payment;
    if (outcome.kind === 'succeeded') this.outbox.add(paymentSucceeded({ paymentId, reference }));
    else this.outbox.add(paymentFailed({ paymentId, reference, failureCode: outcome.failureCode }));
    this.audit.record({
      action: `payments.${outcome.kind}`,
      resource: 'payment',
      resourceId: paymentId,
      before: { status: 'processing' },
      after: { status: payment.status, failureCode: payment.failureCode ?? undefined },
    });
    return payment;
  }

  private async ask(payment: Payment, outcome: ChargeOutcome): Promise<ChargeOutcome> {
    this.log.warn('payments.outcome_unknown', {
      paymentId: payment.id,
      why: outcome.kind === 'unknown' ? outcome.why : undefined,
    });
    await this.payments.noteOpenCall(payment.id, true);
    return this.gateway.find(payment.id);
  }

  private async toAnswer(payment: Payment, outcome: ChargeOutcome): Promise<GatewayAnswer> {
    if (outcome.kind === 'succeeded' || outcome.kind === 'failed') return { kind: 'settled', outcome };
    const calls = payment.calls + 1;
    if (mustBeClosed(calls, outcome)) return this.close(payment);
    if (payment.unknownSince !== null || outcome.kind === 'unavailable')
      await this.payments.noteOpenCall(payment.id, false);
    return { kind: 'open', retryAfterMs: retryPauseMs(calls) };
  }
}
