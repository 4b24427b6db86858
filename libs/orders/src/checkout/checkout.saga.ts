import { Injectable } from '@nestjs/common';
import type { Saga } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { ConfirmStep } from './confirm.step';
import { TakePaymentStep } from './take-payment.step';

/** From a placed order to a confirmed one. A further step is a further row. */
@Injectable()
export class CheckoutSaga implements Saga {
  readonly name = CHECKOUT.name;
  readonly steps;

  constructor(takePayment: TakePaymentStep, confirm: ConfirmStep) {
    this.steps = [takePayment, confirm];
  }
}
