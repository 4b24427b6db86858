import { Injectable } from '@nestjs/common';
import { PaymentsFacade } from '@app/payments';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { CHECKOUT } from './checkout-starter';
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

  /**
   * What the gateway's webhook has settled before anybody told of it, in the transaction that has locked the order. Of a
   * payment that was voided its own event tells.
   */
  async noteUntold(order: { id: string; paymentStatus: string }): Promise<void> {
    this.uow.requireActive('PaymentFailures.noteUntold');
    if (order.paymentStatus !== 'processing') return;
    const latest = (await this.payments.listFor(order.id)).at(-1);
    if (latest?.status === 'failed') await this.note(order.id, latest.failureCode ?? 'unknown');
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
