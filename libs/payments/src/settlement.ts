import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { Log } from '@platform/observability';
import { isOpen } from './gateways/payment-gateway';
import { PaymentGateways } from './gateways/payment-gateways';
import { Ledger } from './ledger/ledger';
import { mustBeClosed, retryPauseMs } from './payment.rules';
import { paymentAuthorized, paymentCaptured, paymentFailed, paymentSucceeded, paymentVoided } from './payments.events';
import { PaymentsRepository, type SettledPayment } from './payments.repository';
import type { CertainOutcome, ChargeOutcome, OpenOutcome, Payment, PaymentStatus } from './payments.types';

/** How the charge of a payment can end. */
export type ChargeEnd = Exclude<CertainOutcome, { kind: 'voided' }>;

/** What is known of a payment after the gateway was asked. */
export type GatewayAnswer<End = ChargeEnd> = { kind: 'settled'; outcome: End } | { kind: 'open'; retryAfterMs: number };

/** How closing a key can end: the money was taken before, or never will be. */
export type CloseEnd = Exclude<ChargeEnd, { kind: 'authorized' }>;

/** Brings a payment to its end: asks its gateway outside of any transaction, then writes down what it said. */
@Injectable()
export class Settlement {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly ledger: Ledger,
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
    const isCharge = payment.unknownSince === null;
    let outcome = isCharge ? await this.charge(payment) : await this.find(payment);
    if (isCharge && outcome.kind === 'unknown') outcome = await this.ask(payment, outcome);
    return this.toAnswer(payment, outcome);
  }

  /** Ends a payment that nobody wants any more: closes its key, or learns that the charge came first. */
  async close(payment: Payment): Promise<GatewayAnswer<CloseEnd>> {
    this.uow.forbidActive('Settlement.close');
    const { id: key, provider } = payment;
    // As it is now: the gateway's own id may have come to be known since the payment was read.
    const providerRef = (await this.payments.find(key))?.providerRef ?? null;
    const outcome = await this.gateways.of(provider).close({ key, providerRef });
    const end = isOpen(outcome) ? outcome : endOf(outcome);
    if (end.kind === 'succeeded' || end.kind === 'failed') return { kind: 'settled', outcome: end };
    return this.stayOpen(payment, isOpen(end) ? end : { kind: 'unavailable' }); // still authorized: it was not closed
  }

  /** Writes an outcome down, once, in the caller's transaction. @returns null when it was written before */
  async settle(paymentId: string, outcome: CertainOutcome): Promise<Payment | null> {
    this.uow.requireActive('Settlement.settle');
    const payment = await this.payments.settle(paymentId, outcome);
    if (!payment) return null;
    if (outcome.kind === 'succeeded') this.ledger.queueCapture(payment, outcome.fee);
    this.announce(payment);
    this.audit.record({
      action: `payments.${payment.status}`,
      resource: 'payment',
      resourceId: paymentId,
      before: { status: payment.statusBefore },
      after: { status: payment.status, failureCode: payment.failureCode ?? undefined },
    });
    return payment;
  }

  /**
   * Whether a payment that somebody else has settled first came to this same end. A gateway that says two different things
   * needs a person: perhaps it keeps money that nobody here knows of.
   */
  async hasEndedAs(paymentId: string, outcome: CertainOutcome): Promise<boolean> {
    return this.complainUnlessSame(paymentId, (await this.payments.find(paymentId))?.status, outcome);
  }

  /** @returns whether it is the same */
  complainUnlessSame(paymentId: string, status: PaymentStatus | undefined, outcome: CertainOutcome): boolean {
    const isSame = status === outcome.kind || (outcome.kind === 'authorized' && status === 'succeeded');
    if (!isSame) this.log.error('payments.contradiction', { paymentId, status, outcome: outcome.kind });
    return isSame;
  }

  private announce({ id: paymentId, reference, status, statusBefore, failureCode }: SettledPayment): void {
    const about = { paymentId, reference };
    if (status === 'authorized') this.outbox.add(paymentAuthorized(about));
    else if (status === 'voided') this.outbox.add(paymentVoided(about));
    else if (status === 'succeeded') this.outbox.add(paymentSucceeded(about));
    else this.outbox.add(paymentFailed({ ...about, failureCode: failureCode ?? 'unknown' }));
    if (status === 'succeeded' && statusBefore === 'authorized') this.outbox.add(paymentCaptured(about));
  }

  private charge(payment: Payment): Promise<ChargeOutcome> {
    const { id: key, provider, providerRef, method, reference, amountMinor, currency, capture, calls } = payment;
    const remember = async (ref: string) => {
      if (!(await this.payments.noteProviderRef(key, ref)))
        throw new Error(`Payment ${key} is not under way any more.`);
    };
    const about = { key, providerRef, method, reference, amountMinor, currency, capture, calls };
    return this.gateways.of(provider).charge({ ...about, remember });
  }

  private async find({ id: key, provider }: Payment): Promise<ChargeOutcome> {
    const providerRef = (await this.payments.find(key))?.providerRef ?? null;
    return this.gateways.of(provider).find({ key, providerRef });
  }

  private async ask(payment: Payment, outcome: Extract<OpenOutcome, { kind: 'unknown' }>): Promise<ChargeOutcome> {
    this.log.warn('payments.outcome_unknown', { paymentId: payment.id, why: outcome.why });
    await this.payments.noteOpenCall(payment.id, true);
    return this.find(payment);
  }

  private async toAnswer(payment: Payment, outcome: ChargeOutcome): Promise<GatewayAnswer> {
    if (!isOpen(outcome)) return { kind: 'settled', outcome: endOf(outcome) };
    if (mustBeClosed(payment.calls + 1, outcome)) return this.close(payment);
    return this.stayOpen(payment, outcome);
  }

  private async stayOpen(payment: Payment, outcome: OpenOutcome): Promise<{ kind: 'open'; retryAfterMs: number }> {
    if (outcome.kind === 'withheld') return { kind: 'open', retryAfterMs: outcome.retryAfterMs };
    // A first call of unknown outcome was counted when it was noted.
    if (payment.unknownSince !== null || outcome.kind === 'unavailable')
      await this.payments.noteOpenCall(payment.id, false);
    return { kind: 'open', retryAfterMs: retryPauseMs(payment.calls + 1) };
  }
}

/** A payment whose key was closed has failed: nobody has answered in time. */
function endOf(outcome: CertainOutcome): ChargeEnd {
  if (outcome.kind !== 'voided') return outcome;
  const { providerRef, isUnsent } = outcome;
  return { kind: 'failed', failureCode: 'gateway_timeout', providerRef, isClosed: true, isUnsent };
}
