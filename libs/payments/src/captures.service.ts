import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Signals, UnitOfWork } from '@platform/database';
import { notFound, type AppError } from '@platform/errors';
import { Log } from '@platform/observability';
import { isOpen } from './gateways/payment-gateway';
import { PaymentGateways } from './gateways/payment-gateways';
import { askPauseMs, CALLS_BEFORE_ALARM } from './payment.rules';
import { paymentNotCapturable, paymentNotVoidable } from './payments.errors';
import { PaymentsRepository } from './payments.repository';
import type { OpenOutcome, Payment } from './payments.types';
import { Settlement } from './settlement';

/** The signal that wakes the workers when there is something to ask a gateway. */
export const UNSETTLED_SIGNAL = 'payments_unsettled';

/** Not done, and no outcome that ends it: the gateway is asked again. */
const NOT_DONE: OpenOutcome = { kind: 'unavailable' };

/** Takes the money of authorized payments, or lets it go: decided at once and once, done by the gateway shortly after. */
@Injectable()
export class CapturesService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly settlement: Settlement,
    private readonly signals: Signals,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /** Decides to take the money. Deciding the same again changes nothing. @throws AppError `payment_not_capturable` */
  capture(paymentId: string): Promise<Payment> {
    return this.decide(paymentId, 'capture', paymentNotCapturable);
  }

  /** Decides to let the money go. Deciding the same again changes nothing. @throws AppError `payment_not_voidable` */
  void(paymentId: string): Promise<Payment> {
    return this.decide(paymentId, 'void', paymentNotVoidable);
  }

  /** Decides to let the money go, in the caller's transaction, unless something else was decided before. */
  async voidUnlessDecided(paymentId: string): Promise<void> {
    await this.write(paymentId, 'void');
  }

  /** Asks the gateway to do what was decided. May be called again; what stays open is asked for again later. */
  async issue(payment: Payment): Promise<void> {
    this.uow.forbidActive('CapturesService.issue');
    const { id: key, provider, providerRef, wanted } = payment;
    const gateway = this.gateways.of(provider);
    const outcome = await (wanted === 'capture'
      ? gateway.capture({ key, providerRef })
      : gateway.close({ key, providerRef }));
    if (outcome.kind === 'succeeded' || outcome.kind === 'voided') {
      await this.uow.run(() => this.settlement.settle(key, outcome));
      return;
    }
    const open = isOpen(outcome) ? outcome : NOT_DONE;
    const about = { paymentId: key, wanted, outcome: outcome.kind, calls: payment.calls };
    if (payment.calls < CALLS_BEFORE_ALARM) this.log.warn('payments.decision_open', about);
    else this.log.error('payments.decision_stuck', about);
    await this.payments.askAgain(key, askPauseMs(payment.calls, open), open.kind !== 'withheld');
  }

  private decide(
    paymentId: string,
    wanted: 'capture' | 'void',
    refusal: (status: string) => AppError,
  ): Promise<Payment> {
    return this.uow.run(async () => {
      const decided = await this.write(paymentId, wanted);
      return decided ?? this.decidedBefore(paymentId, wanted, refusal);
    });
  }

  private async write(paymentId: string, wanted: 'capture' | 'void'): Promise<Payment | null> {
    const decided = await this.payments.decide(paymentId, wanted);
    if (!decided) return null;
    this.audit.record({ action: `payments.${wanted}_requested`, resource: 'payment', resourceId: paymentId });
    this.uow.afterCommit(() => this.signals.wake(UNSETTLED_SIGNAL));
    return decided;
  }

  private async decidedBefore(
    paymentId: string,
    wanted: 'capture' | 'void',
    refusal: (status: string) => AppError,
  ): Promise<Payment> {
    const payment = await this.payments.find(paymentId);
    if (!payment) throw notFound('payment');
    if (payment.wanted === wanted) return payment;
    throw refusal(
      payment.wanted === null ? payment.status : `being ${payment.wanted === 'void' ? 'voided' : 'captured'}`,
    );
  }
}
