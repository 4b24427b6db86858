import { Injectable } from '@nestjs/common';
import { PaymentsFacade } from '@app/payments';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { faultPoint } from '@platform/observability';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CANCELLATION } from './cancellation-starter';
import { PaymentFailures } from '../checkout/payment-failures';
import { livePaymentOf } from '../order-payments.rules';
import { OrdersRepository } from '../orders.repository';

/** The net for a lost wake-up. */
const LOOK_AGAIN_MS = 60_000;
const ENDED = ['cancelled', 'expired'] as const;

/**
 * Closes a payment that is still on its way at the gateway, so that a late charge is refused. When the charge came first,
 * the payment has succeeded, and the next step gives it back.
 */
@Injectable()
export class ClosePaymentStep implements SagaStep {
  readonly name = CANCELLATION.firstStep;
  readonly timeoutMs: number;
  readonly retry = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };
  readonly whenExhausted = 'park';

  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly failures: PaymentFailures,
    config: Config,
  ) {
    this.timeoutMs = (2 * config.get('GATEWAY_TIMEOUT') + 5) * 1_000;
  }

  async execute(run: SagaRun): Promise<StepOutcome> {
    const payment = livePaymentOf(await this.payments.listFor(run.key));
    if (!payment) return this.uow.run<StepOutcome>(() => this.afterOthers(run));
    if (payment.status === 'succeeded') return { kind: 'done' };
    if (payment.status === 'authorized') return this.letGo(payment.id);
    const answer = await this.payments.closeAtGateway(payment);
    faultPoint('cancellation.gateway_answered');
    if (answer.kind === 'open') return { kind: 'wait', forMs: answer.retryAfterMs };
    const { outcome } = answer;
    return this.uow.run<StepOutcome>(async () => {
      await this.orders.findForUpdate(run.key, null); // the order before its payment, as everywhere
      const isFirst = await this.payments.settle(payment.id, outcome);
      if (!isFirst) return this.afterOthers(run);
      if (outcome.kind === 'failed') await this.noteClosed(run.key, outcome.failureCode);
      await run.advance();
      return { kind: 'done' };
    });
  }

  /** Somebody else was there first: the gateway's webhook, or a charge that was on its way when we thought it never sent. */
  private async afterOthers(run: SagaRun): Promise<StepOutcome> {
    const order = await this.orders.findForUpdate(run.key, null);
    const payment = livePaymentOf(await this.payments.listFor(run.key));
    if (payment && payment.status !== 'succeeded') return { kind: 'wait', forMs: 0 };
    if (order) await this.failures.noteUntold(order);
    await run.advance();
    return { kind: 'done' };
  }

  /** Money that is only set aside is let go; when somebody has captured it first, the next step gives it back. */
  private async letGo(paymentId: string): Promise<StepOutcome> {
    await this.uow.run(() => this.payments.letGo(paymentId));
    return { kind: 'wait', forMs: LOOK_AGAIN_MS };
  }

  private async noteClosed(orderId: string, failureCode: string): Promise<void> {
    const note = { paymentStatus: 'failed', step: 'payment_closed', actor: CANCELLATION.name } as const;
    await this.orders.change(orderId, { from: ENDED, ...note, detail: failureCode });
  }
}
