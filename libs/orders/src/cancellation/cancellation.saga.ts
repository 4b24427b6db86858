import { Injectable } from '@nestjs/common';
import type { Saga } from '@platform/saga';
import { CANCELLATION } from './cancellation-starter';
import { ClosePaymentStep } from './close-payment.step';
import { RefundPaymentStep } from './refund-payment.step';

/**
 * Gives back the money of an order that has ended. It lies behind the point of no return, the order's end, so its steps
 * have nothing to undo: what can't go on waits for a person.
 */
@Injectable()
export class CancellationSaga implements Saga {
  readonly name = CANCELLATION.name;
  readonly steps;

  constructor(closePayment: ClosePaymentStep, refundPayment: RefundPaymentStep) {
    this.steps = [closePayment, refundPayment];
  }
}
