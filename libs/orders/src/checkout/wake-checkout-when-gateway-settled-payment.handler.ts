import { Injectable } from '@nestjs/common';
import { paymentSettledByGateway } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Sagas } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';

/** A webhook may settle a payment before the checkout has asked again. */
@Injectable()
export class WakeCheckoutWhenGatewaySettledPayment implements Listener<{ reference: string }> {
  readonly name = 'wake-checkout-when-gateway-settled-payment';
  readonly mode = 'inTransaction';
  readonly events = [paymentSettledByGateway];

  constructor(private readonly sagas: Sagas) {}

  handle({ payload }: DeliveredEvent<{ reference: string }>): Promise<void> {
    return this.sagas.wake(CHECKOUT.name, payload.reference);
  }
}
