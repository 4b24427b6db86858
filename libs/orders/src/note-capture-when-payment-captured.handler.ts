import { Injectable } from '@nestjs/common';
import { LedgerFacade, paymentCaptured } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { CancellationStarter } from './cancellation/cancellation-starter';
import { saleOf } from './order-payments.rules';
import { ANY_STATUS, hasEnded, isSold } from './order.rules';
import { OrdersRepository } from './orders.repository';

/** An order shows that its money, which was set aside, was taken; when it has ended meanwhile, the money goes back. */
@Injectable()
export class NoteCaptureWhenPaymentCaptured implements Listener<{ reference: string }> {
  readonly name = 'note-capture-when-payment-captured';
  readonly mode = 'inTransaction';
  readonly events = [paymentCaptured];

  constructor(
    private readonly orders: OrdersRepository,
    private readonly cancellation: CancellationStarter,
    private readonly ledger: LedgerFacade,
  ) {}

  async handle({ payload: { reference: orderId } }: DeliveredEvent<{ reference: string }>): Promise<void> {
    const order = await this.orders.findForUpdate(orderId, null);
    if (!order) return;
    const note = { paymentStatus: 'paid', step: 'payment_captured', actor: 'payments' } as const;
    if (order.paymentStatus === 'authorized') await this.orders.change(orderId, { from: ANY_STATUS, ...note });
    if (isSold(order.status)) {
      this.ledger.queueSale(saleOf(order));
      await this.ledger.creditRefunds(saleOf(order), true);
    }
    if (hasEnded(order.status)) await this.cancellation.giveMoneyBack(orderId);
  }
}
