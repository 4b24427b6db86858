import { Injectable } from '@nestjs/common';
import { paymentFailed, paymentSucceeded } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Sagas } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';

/** A webhook may settle a payment before the checkout has asked again. */
@Injectable()
export class WakeCheckoutWhenPaymentSettled implements Listener<{ reference: string }> {
  readonly name = 'wake-checkout-when-payment-settled';
  readonly mode = 'inTransaction';
  readonly events = [paymentSucceeded, paymentFailed];

  constructor(private readonly sagas: Sagas) {}

  handle({ payload }: DeliveredEvent<{ reference: string }>): Promise<void> {
    return this.sagas.wake(CHECKOUT.name, payload.reference);
  }
}
