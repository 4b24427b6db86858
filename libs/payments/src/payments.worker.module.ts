import { Module } from '@nestjs/common';
import { ListenerRegistry } from '@platform/messaging';
import { IssueRefundWhenRefundRequested } from './issue-refund-when-refund-requested.handler';
import { PaymentsCoreModule } from './payments.core.module';

/** Payments for the worker: talks to the gateway about refunds. */
@Module({ imports: [PaymentsCoreModule], providers: [IssueRefundWhenRefundRequested] })
export class PaymentsWorkerModule {
  constructor(listeners: ListenerRegistry, issueRefund: IssueRefundWhenRefundRequested) {
    listeners.register(issueRefund);
  }
}
