import { Injectable } from '@nestjs/common';
import { PaymentsFacade } from '@app/payments';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { CHECKOUT } from './checkout-starter';
import { livePaymentOf } from '../order-payments.rules';
import { orderPaymentFailed } from '../orders.events';
import { OrdersRepository } from '../orders.repository';

/** Tells on the order that a payment of it has failed. The order keeps its hold until it expires: another card can be tried. */
@Injectable()
export class PaymentFailures {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly outbox: Outbox,
  ) {}

  /** What the gateway's webhook has settled before anybody told of it, in the transaction that has locked the order. */
  async noteUntold(order: { id: string; paymentStatus: string }): Promise<void> {
    this.uow.requireActive('PaymentFailures.noteUntold');
    if (order.paymentStatus !== 'processing') return;
    const payments = await this.payments.listFor(order.id);
    if (!livePaymentOf(payments)) await this.note(order.id, payments.at(-1)?.failureCode ?? 'unknown');
  }

  /** In the transaction that has locked the order. */
  async note(orderId: string, failureCode: string): Promise<void> {
    const note = {
      step: 'payment_failed',
      paymentStatus: 'failed',
      actor: CHECKOUT.name,
      detail: failureCode,
    } as const;
    await this.orders.change(orderId, { from: ['pending_payment', 'cancelled', 'expired'], ...note });
    this.outbox.add(orderPaymentFailed({ orderId, failureCode }));
  }
}
