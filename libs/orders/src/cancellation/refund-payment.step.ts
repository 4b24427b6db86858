import { Injectable } from '@nestjs/common';
import { PaymentsFacade, type Payment, type Refund } from '@app/payments';
import { UnitOfWork } from '@platform/database';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CANCELLATION } from './cancellation-starter';
import { livePaymentOf } from '../order-payments.rules';
import { OrdersRepository } from '../orders.repository';
import { judgeRefunds } from './refund-progress.rules';
import type { Order } from '../orders.types';

/** The net for a lost wake-up. */
const LOOK_AGAIN_MS = 60_000;

/** Asks for all that is left of the payment to be given back, and stays until the gateway has done so. */
@Injectable()
export class RefundPaymentStep implements SagaStep {
  readonly name = 'refund-payment';
  readonly timeoutMs = 10_000;
  readonly retry = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };
  readonly whenExhausted = 'park';

  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
  ) {}

  execute(run: SagaRun): Promise<StepOutcome> {
    return this.uow.run<StepOutcome>(async () => {
      const order = await this.orders.findForUpdate(run.key, null); // one at a time asks for a refund
      const payment = livePaymentOf(await this.payments.listFor(run.key));
      if (!order || payment?.status !== 'succeeded') return { kind: 'done' };
      const refunds = await this.payments.listRefunds(payment.id);
      const progress = judgeRefunds(payment, refunds, run.since, new Date());
      if (progress.kind === 'stuck') return { kind: 'park', reason: progress.reason };
      if (progress.kind === 'complete') return this.done(run);
      if (progress.kind === 'missing') await this.request(order, payment);
      return { kind: 'wait', forMs: LOOK_AGAIN_MS };
    });
  }

  /** Under the order's lock: a refund that comes back a moment later finds a saga that has ended, and opens it again. */
  private async done(run: SagaRun): Promise<StepOutcome> {
    await run.advance();
    return { kind: 'done' };
  }

  private async request({ id, status, paymentStatus }: Order, payment: Payment): Promise<Refund> {
    const refund = await this.payments.requestRefund(payment.id, null, 'The order has ended');
    await this.orders.change(id, {
      from: [status],
      paymentStatus: paymentStatus === 'partially_refunded' ? paymentStatus : 'paid',
      step: 'refund_requested',
      actor: CANCELLATION.name,
      detail: `${refund.amountMinor} of ${payment.amountMinor} minor units`,
    });
    return refund;
  }
}
