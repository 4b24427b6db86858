import { Inject, Module } from '@nestjs/common';
import { ListenerRegistry, type Listener } from '@platform/messaging';
import { SagaRegistry } from '@platform/saga';
import { CancelOrderWhenPaymentVoided } from './cancel-order-when-payment-voided.handler';
import { CancellationSaga } from './cancellation/cancellation.saga';
import { CheckoutSaga } from './checkout/checkout.saga';
import { ClosePaymentStep } from './cancellation/close-payment.step';
import { ConfirmStep } from './checkout/confirm.step';
import { NoteCaptureWhenPaymentCaptured } from './note-capture-when-payment-captured.handler';
import { NoteFailureWhenRefundFailed } from './note-failure-when-refund-failed.handler';
import { NoteReversalWhenRefundReversed } from './note-reversal-when-refund-reversed.handler';
import { NoteRefundWhenPaymentRefunded } from './note-refund-when-payment-refunded.handler';
import { OrderExpiry } from './checkout/order-expiry';
import { OrdersCoreModule } from './orders.core.module';
import { RefundPaymentStep } from './cancellation/refund-payment.step';
import { SalesBackfill } from './sales-backfill';
import { TakePaymentStep } from './checkout/take-payment.step';
import { WakeCancellationWhenPaymentChanged } from './cancellation/wake-cancellation-when-payment-changed.handler';
import { WakeCheckoutWhenGatewaySettledPayment } from './checkout/wake-checkout-when-gateway-settled-payment.handler';

/** Who locks orders comes before who locks their sagas, as everywhere. */
const LISTENERS = [
  NoteRefundWhenPaymentRefunded,
  NoteFailureWhenRefundFailed,
  NoteReversalWhenRefundReversed,
  NoteCaptureWhenPaymentCaptured,
  CancelOrderWhenPaymentVoided,
  WakeCheckoutWhenGatewaySettledPayment,
  WakeCancellationWhenPaymentChanged,
];

const ALL = Symbol('all listeners');

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
    ...LISTENERS,
    { provide: ALL, useFactory: (...listeners: Listener[]) => listeners, inject: LISTENERS },
    SalesBackfill,
  ],
})
export class OrdersWorkerModule {
  constructor(
    sagas: SagaRegistry,
    checkout: CheckoutSaga,
    cancellation: CancellationSaga,
    registry: ListenerRegistry,
    @Inject(ALL) listeners: Listener[],
  ) {
    sagas.register(checkout);
    sagas.register(cancellation);
    for (const listener of listeners) registry.register(listener);
  }
}
