import { Injectable } from '@nestjs/common';
import { PaymentsFacade } from '@app/payments';
import { Sagas } from '@platform/saga';
import type { Order } from './orders.types';

/** The checkout saga's name and first step, for those who start or wake it; its steps are the worker's. */
export const CHECKOUT = { name: 'checkout', firstStep: 'take-payment' };

/** Starts the checkout of a new order. */
@Injectable()
export class CheckoutStarter {
  constructor(
    private readonly payments: PaymentsFacade,
    private readonly sagas: Sagas,
  ) {}

  /**
   * Leaves with COMMIT. With a method the payment is taken at once; without one the saga sleeps until the buyer pays or
   * the order expires.
   */
  start(order: Order, method: string | undefined, paymentId?: string): void {
    const { id, buyerId, totalMinor, currency } = order;
    if (method !== undefined && totalMinor > 0) {
      this.payments.beginFirst({ reference: id, buyerId, method, amountMinor: totalMinor, currency }, paymentId);
    }
    this.sagas.start(CHECKOUT, id, method === undefined ? order.expiresAt : null);
  }
}
