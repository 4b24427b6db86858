import { Injectable } from '@nestjs/common';
import { paymentCaptured, paymentRefunded, paymentSettledByGateway, paymentVoided, refundFailed } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Sagas } from '@platform/saga';
import { CANCELLATION } from './cancellation-starter';

/** The cancellation sleeps while the gateway gives the money back, or lets it go. */
@Injectable()
export class WakeCancellationWhenPaymentChanged implements Listener<{ reference: string }> {
  readonly name = 'wake-cancellation-when-payment-changed';
  readonly mode = 'inTransaction';
  readonly events = [paymentRefunded, refundFailed, paymentSettledByGateway, paymentCaptured, paymentVoided];

  constructor(private readonly sagas: Sagas) {}

  handle({ payload }: DeliveredEvent<{ reference: string }>): Promise<void> {
    return this.sagas.wake(CANCELLATION.name, payload.reference);
  }
}
