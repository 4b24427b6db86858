import { Injectable } from '@nestjs/common';
import { PaymentsFacade } from '@app/payments';
import { pagesOf, PersonalData, type PersonalDataKeeper } from '@platform/privacy';
import { KeptOrdersRepository, type KeptOrder } from './kept-orders.repository';

/**
 * What somebody has bought. Orders and amounts are kept for the books; the address, free texts and the method of payment go.
 * The country stays: tax depends on it.
 */
@Injectable()
export class OrdersKeeper implements PersonalDataKeeper {
  readonly name = 'orders';

  constructor(
    private readonly orders: KeptOrdersRepository,
    private readonly payments: PaymentsFacade,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  async *pages(userId: string): AsyncGenerator<object[]> {
    const pages = pagesOf<KeptOrder>((last, limit) => this.orders.list(userId, last?.id, limit));
    for await (const page of pages) {
      const payments = await this.payments.listForAll(page.map(({ id }) => id));
      yield page.map((order) => ({ ...order, payments: payments.filter(({ reference }) => reference === order.id) }));
    }
  }

  async erase(userId: string, limit: number): Promise<number> {
    const orderIds = await this.orders.erase(userId, limit);
    await this.payments.forgetPayers(orderIds);
    return orderIds.length;
  }
}
