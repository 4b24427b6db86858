import { Module } from '@nestjs/common';
import { ListenerRegistry } from '@platform/messaging';
import { SagaRegistry } from '@platform/saga';
import { CheckoutSaga } from './checkout.saga';
import { ConfirmStep } from './confirm.step';
import { NoteFailureWhenRefundFailed } from './note-failure-when-refund-failed.handler';
import { NoteRefundWhenPaymentRefunded } from './note-refund-when-payment-refunded.handler';
import { OrderEnding } from './order-ending';
import { OrdersCoreModule } from './orders.core.module';
import { TakePaymentStep } from './take-payment.step';
import { WakeCheckoutWhenGatewaySettledPayment } from './wake-checkout-when-gateway-settled-payment.handler';

/** Orders for the worker: runs the checkout and listens to payments. */
@Module({
  imports: [OrdersCoreModule],
  providers: [
    CheckoutSaga,
    TakePaymentStep,
    ConfirmStep,
    OrderEnding,
    WakeCheckoutWhenGatewaySettledPayment,
    NoteRefundWhenPaymentRefunded,
    NoteFailureWhenRefundFailed,
  ],
})
export class OrdersWorkerModule {
  constructor(
    sagas: SagaRegistry,
    checkout: CheckoutSaga,
    listeners: ListenerRegistry,
    wakeCheckout: WakeCheckoutWhenGatewaySettledPayment,
    noteRefund: NoteRefundWhenPaymentRefunded,
    noteFailure: NoteFailureWhenRefundFailed,
  ) {
    sagas.register(checkout);
    listeners.register(wakeCheckout);
    listeners.register(noteRefund);
    listeners.register(noteFailure);
  }
}
