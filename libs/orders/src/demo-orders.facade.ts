import { Injectable } from '@nestjs/common';
import { OrderActionsService } from './order-actions.service';
import { OrdersRepository } from './orders.repository';
import { OrdersService } from './orders.service';
import type { NewOrder } from './orders.types';

/** The orders of the demo customer, which the examples of the API name. */
export const DEMO_ORDER_IDS = {
  unpaid: '01900000-0000-7000-8000-00000000d001',
  paid: '01900000-0000-7000-8000-00000000d002',
  cancelled: '01900000-0000-7000-8000-00000000d003',
};

/** The payment of the paid one, which the examples name too. */
const DEMO_PAYMENT_ID = '01900000-0000-7000-8000-00000000da02';

const TEN_YEARS_SECONDS = 10 * 365 * 86_400;

const WANTED: NewOrder = {
  items: [{ sku: 'DEMO-MUG', quantity: 2 }],
  shippingAddress: {
    name: 'Clara Jensen',
    line1: '48 Harbour Street',
    city: 'Portland',
    postalCode: '97209',
    country: 'US',
  },
};

/** Demo orders go the way of every order: the worker takes the payment, at the sandbox gateway. */
@Injectable()
export class DemoOrders {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly placing: OrdersService,
    private readonly actions: OrderActionsService,
  ) {}

  /** Places those that are missing: one to be paid, one that is paid, one that was cancelled. */
  async ensure(customerId: string): Promise<void> {
    const { unpaid, paid, cancelled } = DEMO_ORDER_IDS;
    if (await this.orders.find(cancelled, null)) return;
    await this.placeOnce(customerId, unpaid, WANTED);
    await this.placeOnce(customerId, paid, { ...WANTED, payment: { method: 'tok_ok' } }, DEMO_PAYMENT_ID);
    await this.placeOnce(customerId, cancelled, WANTED);
    await this.actions.cancel({ id: customerId, buyerId: customerId }, cancelled, 'Ordered twice by mistake');
  }

  private async placeOnce(customerId: string, orderId: string, wanted: NewOrder, paymentId?: string): Promise<void> {
    if (await this.orders.find(orderId, null)) return;
    await this.placing.place(customerId, wanted, { orderId, paymentId, holdSeconds: TEN_YEARS_SECONDS });
  }
}
