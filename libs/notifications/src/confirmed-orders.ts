import { Injectable } from '@nestjs/common';
import { OrdersFacade, type Order } from '@app/orders';
import { UsersFacade, type UserContact } from '@app/users';
import { AskedAtOnce } from '@platform/database';

/** Orders and whom to write to about them, read for all mails of a job at once. */
@Injectable()
export class ConfirmedOrders {
  private readonly byId;
  private readonly contacts;

  constructor(orders: OrdersFacade, users: UsersFacade) {
    this.byId = new AskedAtOnce<string, Order>(async (ids) => keyed(await orders.findMany(ids)));
    this.contacts = new AskedAtOnce<string, UserContact>(async (ids) => keyed(await users.findContacts(ids)));
  }

  /** @returns undefined when one of both is gone: nobody to write to */
  async find(orderId: string): Promise<{ order: Order; buyer: UserContact } | undefined> {
    const order = await this.byId.find(orderId);
    const buyer = order && (await this.contacts.find(order.buyerId));
    return buyer && { order, buyer };
  }
}

const keyed = <Row extends { id: string }>(rows: Row[]) => new Map(rows.map((row) => [row.id, row]));
