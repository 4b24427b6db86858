import { Injectable } from '@nestjs/common';
import type { Saga } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { ConfirmStep } from './confirm.step';
import { OrdersRepository } from './orders.repository';
import { TakePaymentStep } from './take-payment.step';

/** From a placed order to a confirmed one. */
@Injectable()
export class CheckoutSaga implements Saga {
  readonly name = CHECKOUT.name;
  readonly steps;

  constructor(
    takePayment: TakePaymentStep,
    confirm: ConfirmStep,
    private readonly orders: OrdersRepository,
  ) {
    this.steps = [takePayment, confirm];
  }

  /** The order shows that a person has to look at it. */
  async park(orderId: string, reason: string): Promise<void> {
    const change = {
      status: 'needs_attention',
      step: 'needs_attention',
      actor: CHECKOUT.name,
      detail: reason,
    } as const;
    await this.orders.change(orderId, { from: ['pending_payment', 'confirmed'], ...change });
  }
}
