import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { PaymentsFacade, type Payment } from '@app/payments';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import type { StepOutcome } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { livePaymentOf } from './order-payments.rules';
import { orderCancelled, orderExpired } from './orders.events';
import { OrdersRepository } from './orders.repository';

/** How the checkout ends an order that will not be confirmed: stock free, key closed at the gateway, money back. */
@Injectable()
export class OrderEnding {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly payments: PaymentsFacade,
    private readonly outbox: Outbox,
  ) {}

  /** Ends an order that was not paid in time, unless a payment has begun meanwhile. */
  async expire(orderId: string): Promise<StepOutcome> {
    return this.uow.run<StepOutcome>(async () => {
      const order = await this.orders.findForUpdate(orderId, null);
      if (order?.status !== 'pending_payment') return { kind: 'wait', forMs: 0 };
      if (livePaymentOf(await this.payments.listFor(orderId))) return { kind: 'wait', forMs: 0 };
      await this.inventory.release(orderId);
      await this.orders.change(orderId, {
        from: ['pending_payment'],
        status: 'expired',
        step: 'expired',
        actor: CHECKOUT.name,
      });
      this.outbox.add(orderExpired({ orderId }));
      return { kind: 'end', reason: 'The order was not paid in time.' };
    });
  }

  /** Closes the payment of an order that has ended; gives the money back if the charge came first. */
  async closePayment(orderId: string, payment: Payment | undefined): Promise<StepOutcome> {
    if (payment?.status === 'processing') {
      const answer = await this.payments.closeAtGateway(payment);
      if (answer.kind === 'open') return { kind: 'wait', forMs: answer.retryAfterMs };
      await this.uow.run(async () => {
        await this.payments.settle(payment.id, answer.outcome);
        if (answer.outcome.kind === 'succeeded') await this.refundWhatIsLeft(orderId);
        else await this.notePaymentFailed(orderId, answer.outcome.failureCode);
      });
    } else if (payment?.status === 'succeeded') {
      await this.uow.run(() => this.refundWhatIsLeft(orderId));
    }
    return { kind: 'end', reason: 'The order has ended.' };
  }

  /** Sets all that is left of an order's payment aside to be given back, in the caller's transaction. */
  async refundWhatIsLeft(orderId: string): Promise<void> {
    this.uow.requireActive('OrderEnding.refundWhatIsLeft');
    const payment = livePaymentOf(await this.payments.listFor(orderId));
    if (payment?.status !== 'succeeded' || payment.refundRequestedMinor >= payment.amountMinor) return;
    await this.payments.requestRefund(payment.id, null, 'The order has ended without being fulfilled');
  }

  /** Cancels an order that can't be confirmed, in the caller's transaction; one that is no longer pending stays as it is. */
  async cancel(orderId: string, reason: string): Promise<void> {
    const order = await this.orders.findForUpdate(orderId, null);
    if (order?.status !== 'pending_payment') return;
    await this.inventory.release(orderId);
    const change = { status: 'cancelled', step: 'cancelled', actor: CHECKOUT.name, detail: reason } as const;
    await this.orders.change(orderId, { from: ['pending_payment'], ...change });
    this.outbox.add(orderCancelled({ orderId, reason }));
  }

  /** The checkout has failed for good: cancels, then sees to the money. */
  async giveUp(orderId: string): Promise<StepOutcome> {
    await this.uow.run(() => this.cancel(orderId, 'The checkout failed'));
    const outcome = await this.closePayment(orderId, livePaymentOf(await this.payments.listFor(orderId)));
    return outcome.kind === 'wait' ? outcome : { kind: 'done' };
  }

  private async notePaymentFailed(orderId: string, failureCode: string): Promise<void> {
    const note = {
      paymentStatus: 'failed',
      step: 'payment_closed',
      actor: CHECKOUT.name,
      detail: failureCode,
    } as const;
    await this.orders.change(orderId, { from: ['cancelled', 'expired'], ...note });
  }
}
