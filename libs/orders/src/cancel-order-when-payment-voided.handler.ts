import { Injectable } from '@nestjs/common';
import { PaymentsFacade, paymentVoided } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Log } from '@platform/observability';
import { OrderCancellation } from './cancellation/order-cancellation';
import { ANY_STATUS, canBecome, hasEnded } from './order.rules';
import { OrdersRepository } from './orders.repository';

interface PaymentVoided {
  paymentId: string;
  reference: string;
}

/**
 * Money that was set aside for an order was let go: an order that nobody will pay is cancelled, and its stock is free. When
 * its buyer has begun another payment since, the order goes by that one.
 */
@Injectable()
export class CancelOrderWhenPaymentVoided implements Listener<PaymentVoided> {
  readonly name = 'cancel-order-when-payment-voided';
  readonly mode = 'inTransaction';
  readonly events = [paymentVoided];

  constructor(
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly cancellation: OrderCancellation,
    private readonly log: Log,
  ) {}

  async handle({ payload: { reference: orderId, paymentId } }: DeliveredEvent<PaymentVoided>): Promise<void> {
    const order = await this.orders.findForUpdate(orderId, null);
    if (!order) return;
    const isLatest = (await this.payments.listFor(orderId)).at(-1)?.id === paymentId;
    const note = { paymentStatus: isLatest ? 'unpaid' : undefined, step: 'payment_voided', actor: 'payments' } as const;
    await this.orders.change(orderId, { from: ANY_STATUS, ...note });
    if (!isLatest) return;
    if (canBecome(order.status, 'cancelled'))
      await this.cancellation.cancel(order, 'payments', 'The payment was voided');
    else if (!hasEnded(order.status)) this.log.error('orders.unpaid_after_void', { orderId, status: order.status });
  }
}
