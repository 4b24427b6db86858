import { Injectable } from '@nestjs/common';
import { PaymentsFacade, type ChargeOutcome, type Payment } from '@app/payments';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { faultPoint } from '@platform/observability';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { CancellationStarter } from '../cancellation/cancellation-starter';
import { OrderCancellation } from '../cancellation/order-cancellation';
import { OrderExpiry } from './order-expiry';
import { PaymentFailures } from './payment-failures';
import { livePaymentOf } from '../order-payments.rules';
import { canBecome, hasEnded } from '../order.rules';
import { OrdersRepository, type OrderState } from '../orders.repository';

type PaidOutcome = Extract<ChargeOutcome, { kind: 'succeeded' }>;

/** What the gateway has said to us is not what was written down before. */
class EndedOtherwise extends Error {}

/**
 * Takes the money of an order. It sleeps while there is nothing to take, is woken by a new payment or by the gateway's
 * webhook, and ends the order when it was not paid in time.
 */
@Injectable()
export class TakePaymentStep implements SagaStep {
  readonly name = CHECKOUT.firstStep;
  /** Up to four calls to the gateway, each of two GATEWAY_TIMEOUTs with its repetitions, and our own work. */
  readonly timeoutMs: number;
  readonly retry = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };

  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly expiry: OrderExpiry,
    private readonly cancellation: OrderCancellation,
    private readonly starter: CancellationStarter,
    private readonly failures: PaymentFailures,
    config: Config,
  ) {
    this.timeoutMs = (8 * config.get('GATEWAY_TIMEOUT') + 5) * 1_000;
  }

  async execute(run: SagaRun): Promise<StepOutcome> {
    const [order, payments] = await this.uow.together(() =>
      Promise.all([this.orders.findState(run.key), this.payments.listFor(run.key)]),
    );
    if (!order) return { kind: 'end', reason: 'There is no such order.' };
    const payment = livePaymentOf(payments);
    if (payment?.status === 'succeeded' || order.totalMinor === 0) return { kind: 'done' };
    if (order.status !== 'pending_payment') return this.leave(order, payment);
    if (payment?.status === 'authorized') return this.goOnAuthorized(run, order);
    if (payment) return this.take(run, order, payment);
    if (order.paymentStatus === 'processing') await this.noteUntold(order);
    if (!order.isExpired) return { kind: 'wait', until: order.expiresAt };
    const isExpired = await this.expiry.expire(order.id);
    return isExpired ? { kind: 'end', reason: 'The order was not paid in time.' } : { kind: 'wait', forMs: 0 };
  }

  /** After all retries: nobody may be left in doubt, so the order is cancelled and the money goes back. */
  async compensate(run: SagaRun): Promise<StepOutcome> {
    await this.uow.run(async () => {
      const order = await this.orders.findForUpdate(run.key, null);
      if (order && canBecome(order.status, 'cancelled'))
        await this.cancellation.cancel(order, CHECKOUT.name, 'The checkout failed');
      await run.advance();
    });
    return { kind: 'done' };
  }

  /** The order has ended while its payment was on its way: that is the cancellation's from now on. */
  private async leave(order: OrderState, payment: Payment | undefined): Promise<StepOutcome> {
    if (payment && hasEnded(order.status)) await this.starter.giveMoneyBack(order.id);
    return { kind: 'end', reason: `The order is ${order.status}.` };
  }

  private async take(run: SagaRun, order: OrderState, payment: Payment): Promise<StepOutcome> {
    const answer = await this.payments.askGateway(payment);
    faultPoint('checkout.gateway_answered');
    if (answer.kind === 'open') return { kind: 'wait', forMs: answer.retryAfterMs };
    const { outcome } = answer;
    if (outcome.kind === 'failed') return this.fail(order, payment, outcome);
    if (outcome.kind === 'authorized')
      return this.goOnAuthorized(run, order, () => this.payments.settle(payment.id, outcome));
    try {
      await this.uow.run(() => this.settlePaid(run, payment.id, outcome));
    } catch (error) {
      if (!(error instanceof EndedOtherwise)) throw error;
      return { kind: 'wait', forMs: 0 }; // and look at the payment as it is now
    }
    return { kind: 'done' };
  }

  /**
   * Paid and confirmed at once. Should that fail, what was paid is at least written down: the next try goes step by step. The
   * order's row, then the payment's, then the saga's, here as everywhere.
   * @throws EndedOtherwise when somebody else has settled the payment first, and not as paid: nothing may be confirmed by it
   */
  private async settlePaid(run: SagaRun, paymentId: string, outcome: PaidOutcome): Promise<void> {
    const settle = () => this.payments.settle(paymentId, outcome);
    let isFirst: boolean;
    if (run.attempt === 0) [, isFirst] = await Promise.all([run.advanceWithNext(), settle()]);
    else [isFirst] = await Promise.all([settle(), run.advance()]);
    if (!isFirst && !(await this.payments.hasEndedAs(paymentId, outcome))) throw new EndedOtherwise();
  }

  /**
   * The money is set aside: enough for the order to be confirmed. Whoever takes it after this finds the order `authorized`, and
   * makes it paid. @param settle writes it down, if nobody has yet
   */
  private async goOnAuthorized(run: SagaRun, order: OrderState, settle?: () => Promise<boolean>): Promise<StepOutcome> {
    const note = { paymentStatus: 'authorized', step: 'payment_authorized', actor: CHECKOUT.name } as const;
    return this.uow.run<StepOutcome>(async () => {
      const locked = await this.orders.findForUpdate(order.id, null); // first the order's row, here as everywhere
      await settle?.();
      const now = livePaymentOf(await this.payments.listFor(order.id));
      if (now?.status !== 'authorized') return { kind: 'wait', forMs: 0 }; // its money was taken or let go meanwhile
      if (locked?.paymentStatus !== 'authorized')
        await this.orders.change(order.id, { from: ['pending_payment'], ...note });
      await run.advance();
      return { kind: 'done' };
    });
  }

  /** The order keeps its hold until it expires, so that another card can be tried. */
  private async fail(
    order: OrderState,
    payment: Payment,
    outcome: Extract<ChargeOutcome, { kind: 'failed' }>,
  ): Promise<StepOutcome> {
    return this.uow.run<StepOutcome>(async () => {
      await this.orders.findForUpdate(order.id, null); // first the order's row, then the payment's, here as everywhere
      const isFirst = await this.payments.settle(payment.id, outcome);
      if (isFirst) await this.failures.note(order.id, outcome.failureCode);
      return isFirst ? { kind: 'wait', until: order.expiresAt } : { kind: 'wait', forMs: 0 };
    });
  }

  private noteUntold({ id }: OrderState): Promise<void> {
    return this.uow.run(async () => {
      const order = await this.orders.findForUpdate(id, null);
      if (order) await this.failures.noteUntold(order);
    });
  }
}
