import { Injectable } from '@nestjs/common';
import { LedgerFacade, PaymentsFacade, paymentRefunded } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { saleOf } from './order-payments.rules';
import { ANY_STATUS } from './order.rules';
import { OrdersRepository } from './orders.repository';
import { refundStateOf } from './refund-notes.rules';

interface Refunded {
  paymentId: string;
  reference: string;
}

/**
 * An order shows how much of its money has gone back: by the payment as it is now, as events may come in any order. What
 * was sold is credited in the ledger; the order's lock lets one do that at a time.
 */
@Injectable()
export class NoteRefundWhenPaymentRefunded implements Listener<Refunded> {
  readonly name = 'note-refund-when-payment-refunded';
  readonly mode = 'inTransaction';
  readonly events = [paymentRefunded];

  constructor(
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly ledger: LedgerFacade,
  ) {}

  async handle({ payload: { paymentId, reference } }: DeliveredEvent<Refunded>): Promise<void> {
    const order = await this.orders.findForUpdate(reference, null); // locked first: who reads later has read more
    const payment = (await this.payments.listFor(reference)).find(({ id }) => id === paymentId);
    if (!order || !payment) return;
    await this.ledger.creditRefunds(saleOf(order));
    const { paymentStatus, detail } = refundStateOf(payment);
    // All is said, or it has come back meanwhile, which is told by an event of its own.
    if (paymentStatus === 'paid' || (paymentStatus === 'refunded' && order.paymentStatus === 'refunded')) return;
    // Money may go back before the order that it paid for is confirmed.
    const change = { from: ANY_STATUS, paymentStatus, step: paymentStatus, actor: 'payments', detail };
    await this.orders.change(reference, change);
  }
}
