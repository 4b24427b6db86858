import { Injectable } from '@nestjs/common';
import { PaymentsFacade, type Payment } from '@app/payments';
import { Sagas } from '@platform/saga';
import type { Order } from '../orders.types';

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
   * the order expires. An order that costs nothing is confirmed at once.
   * @returns the payment that was begun, if one was
   */
  start(order: Order, method: string | undefined, paymentId?: string): Payment[] {
    const { id, buyerId, totalMinor, currency, placedAt } = order;
    const payments: Payment[] = [];
    if (method !== undefined && totalMinor > 0) {
      const wanted = { reference: id, buyerId, method, amountMinor: totalMinor, currency };
      payments.push(this.payments.beginFirst(wanted, placedAt, paymentId));
    }
    const hasToWait = method === undefined && totalMinor > 0;
    this.sagas.start(CHECKOUT, id, hasToWait ? order.expiresAt : null);
    return payments;
  }
}
