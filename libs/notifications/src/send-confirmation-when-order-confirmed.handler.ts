import { Injectable } from '@nestjs/common';
import { orderConfirmed, OrdersFacade } from '@app/orders';
import { UsersFacade } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { MailSender } from './mail-sender';
import { orderConfirmation } from './order-confirmation.rules';

/** Sends the buyer a mail when the order is confirmed. May run twice: the mail is sent once. */
@Injectable()
export class SendConfirmationWhenOrderConfirmed implements Listener<{ orderId: string }> {
  readonly name = 'send-confirmation-when-order-confirmed';
  readonly mode = 'asJob';
  readonly events = [orderConfirmed];

  constructor(
    private readonly orders: OrdersFacade,
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ payload: { orderId } }: DeliveredEvent<{ orderId: string }>, hold: Hold): Promise<void> {
    const order = await this.orders.find(orderId);
    const buyer = order && (await this.users.findContact(order.buyerId));
    if (!order || !buyer) return; // erased meanwhile: nobody to write to
    await this.sender.sendOnce(hold, 'order-confirmation', orderId, buyer, orderConfirmation(order, buyer.firstName));
  }
}
