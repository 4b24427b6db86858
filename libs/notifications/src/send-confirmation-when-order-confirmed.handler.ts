import { Injectable } from '@nestjs/common';
import { orderConfirmed } from '@app/orders';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { ConfirmedOrders } from './confirmed-orders';
import { MailSender } from './mail-sender';
import { orderConfirmation } from './order-confirmation.rules';

/** Sends the buyer a mail when the order is confirmed. May run twice: the mail is sent once. */
@Injectable()
export class SendConfirmationWhenOrderConfirmed implements Listener<{ orderId: string }> {
  readonly name = 'send-confirmation-when-order-confirmed';
  readonly mode = 'asJob';
  readonly events = [orderConfirmed];

  constructor(
    private readonly confirmed: ConfirmedOrders,
    private readonly sender: MailSender,
  ) {}

  async handle({ payload: { orderId } }: DeliveredEvent<{ orderId: string }>, hold: Hold): Promise<void> {
    const found = await this.confirmed.find(orderId);
    if (!found) return; // erased meanwhile: nobody to write to
    const { order, buyer } = found;
    await this.sender.sendOnce(hold, 'order-confirmation', orderId, buyer, orderConfirmation(order, buyer.firstName));
  }
}
