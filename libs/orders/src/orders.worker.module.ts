import { Module } from '@nestjs/common';
import { ListenerRegistry } from '@platform/messaging';
import { SagaRegistry } from '@platform/saga';
import { CancellationSaga } from './cancellation/cancellation.saga';
import { CheckoutSaga } from './checkout/checkout.saga';
import { ClosePaymentStep } from './cancellation/close-payment.step';
import { ConfirmStep } from './checkout/confirm.step';
import { NoteFailureWhenRefundFailed } from './note-failure-when-refund-failed.handler';
import { NoteRefundWhenPaymentRefunded } from './note-refund-when-payment-refunded.handler';
import { OrderExpiry } from './checkout/order-expiry';
import { OrdersCoreModule } from './orders.core.module';
import { RefundPaymentStep } from './cancellation/refund-payment.step';
import { TakePaymentStep } from './checkout/take-payment.step';
import { WakeCancellationWhenPaymentChanged } from './cancellation/wake-cancellation-when-payment-changed.handler';
import { WakeCheckoutWhenGatewaySettledPayment } from './checkout/wake-checkout-when-gateway-settled-payment.handler';

/** Orders for the worker: runs checkout and cancellation, and listens to payments. */
@Module({
  imports: [OrdersCoreModule],
  providers: [
    CheckoutSaga,
    TakePaymentStep,
    ConfirmStep,
    OrderExpiry,
    CancellationSaga,
    ClosePaymentStep,
    RefundPaymentStep,
    WakeCancellationWhenPaymentChanged,
    WakeCheckoutWhenGatewaySettledPayment,
    NoteRefundWhenPaymentRefunded,
    NoteFailureWhenRefundFailed,
  ],
})
export class OrdersWorkerModule {
  constructor(
    sagas: SagaRegistry,
    checkout: CheckoutSaga,
    cancellation: CancellationSaga,
    listeners: ListenerRegistry,
    wakeCheckout: WakeCheckoutWhenGatewaySettledPayment,
    wakeCancellation: WakeCancellationWhenPaymentChanged,
    noteRefund: NoteRefundWhenPaymentRefunded,
    noteFailure: NoteFailureWhenRefundFailed,
  ) {
    sagas.register(checkout);
    sagas.register(cancellation);
    listeners.register(wakeCheckout);
    listeners.register(wakeCancellation);
    listeners.register(noteRefund);
    listeners.register(noteFailure);
  }
}
