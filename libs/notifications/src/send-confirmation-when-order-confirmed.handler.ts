import { Injectable } from '@nestjs/common';
import { orderConfirmed, OrdersFacade } from '@app/orders';
import { UsersFacade } from '@app/users';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Mailer } from './mailer';
import { MailsRepository } from './mails.repository';
import { orderConfirmation } from './order-confirmation.rules';

/**
 * Sends the buyer a mail when the order is confirmed. May run twice: a mail that was sent is not sent again. (Only if
 * the process dies between sending and noting it, the same mail goes out twice, under the same message id.)
 */
@Injectable()
export class SendConfirmationWhenOrderConfirmed implements Listener<{ orderId: string }> {
  readonly name = 'send-confirmation-when-order-confirmed';
  readonly mode = 'asJob';
  readonly events = [orderConfirmed];

  constructor(
    private readonly orders: OrdersFacade,
    private readonly users: UsersFacade,
    private readonly mails: MailsRepository,
    private readonly mailer: Mailer,
  ) {}

  async handle({ payload: { orderId } }: DeliveredEvent<{ orderId: string }>): Promise<void> {
    const order = await this.orders.find(orderId);
    const buyer = order && (await this.users.findContact(order.buyerId));
    if (!order || !buyer) return; // erased meanwhile: nobody to write to
    const key = `order-confirmation ${orderId}`;
    if (!(await this.mails.begin(key, 'order-confirmation', buyer.id))) return;
    await this.mailer.send({
      to: { name: `${buyer.firstName} ${buyer.lastName}`, address: buyer.email },
      messageId: `<order-confirmation.${orderId}@countinghouse>`,
      ...orderConfirmation(order, buyer.firstName),
    });
    await this.mails.finish(key);
  }
}
