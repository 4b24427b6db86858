import { Injectable } from '@nestjs/common';
import { PaymentsFacade, type Payment } from '@app/payments';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Sagas } from '@platform/saga';
import { CHECKOUT } from './checkout/checkout-starter';
import { PaymentFailures } from './checkout/payment-failures';
import { OrderCancellation } from './cancellation/order-cancellation';
import { canBecome } from './order.rules';
import { orderLetGo, orderNotCancellable, orderNotPayable } from './orders.errors';
import { OrdersRepository } from './orders.repository';

/** Who acts on an order. `buyerId` null: may act on anybody's. */
export interface OrderActor {
  id: string;
  buyerId: string | null;
}

/** What people do with an order after it was placed. Each takes the order's lock first, so two of them never mix. */
@Injectable()
export class OrderActionsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly cancellation: OrderCancellation,
    private readonly payments: PaymentsFacade,
    private readonly sagas: Sagas,
    private readonly audit: Audit,
    private readonly failures: PaymentFailures,
  ) {}

  /**
   * Begins a payment; the worker takes it. One attempt at a time.
   * @throws AppError `order_not_payable`, `payment_in_progress`
   */
  pay(actor: OrderActor, orderId: string, method: string): Promise<Payment> {
    return this.uow.run(async () => {
      const order = await this.lock(orderId, actor);
      if (order.status !== 'pending_payment' || order.isExpired || order.totalMinor === 0)
        throw orderNotPayable(order.status);
      await this.failures.noteUntold(order);
      const { buyerId, totalMinor: amountMinor, currency } = order;
      const payment = await this.payments.begin({ reference: orderId, buyerId, method, amountMinor, currency });
      if (order.paymentStatus === 'authorized') throw orderLetGo(); // that payment is none any more, or `begin` had refused
      const step = { step: 'payment_started', paymentStatus: 'processing', actor: actor.id } as const;
      await this.orders.change(orderId, { from: ['pending_payment'], ...step });
      await this.sagas.wake(CHECKOUT.name, orderId);
      this.audit.record({
        action: 'orders.payment_started',
        resource: 'order',
        resourceId: orderId,
        after: { paymentId: payment.id },
      });
      return payment;
    });
  }

  /**
   * Cancels an order: its stock is free again, and the cancellation saga gives back what was paid and closes a payment that
   * is under way at the gateway (or refunds it, if the charge came first).
   * @throws AppError `order_not_cancellable`
   */
  async cancel(actor: OrderActor, orderId: string, reason: string | null): Promise<void> {
    await this.uow.run(async () => {
      const order = await this.lock(orderId, actor);
      if (!canBecome(order.status, 'cancelled')) throw orderNotCancellable(order.status);
      await this.cancellation.cancel(order, actor.id, reason);
      await this.sagas.wake(CHECKOUT.name, orderId);
    });
  }

  private async lock(orderId: string, { buyerId }: OrderActor) {
    const order = await this.orders.findForUpdate(orderId, buyerId);
    if (!order) throw notFound('order');
    return order;
  }
}
