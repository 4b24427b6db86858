import { Module } from '@nestjs/common';
import { ListenerRegistry } from '@platform/messaging';
import { AskAboutUnsettled } from './ask-about-unsettled.job';
import { IssueRefundWhenRefundRequested } from './issue-refund-when-refund-requested.handler';
import { PaymentsCoreModule } from './payments.core.module';

/** Payments for the worker: talks to the gateways about refunds and whatever else is not settled. */
@Module({ imports: [PaymentsCoreModule], providers: [IssueRefundWhenRefundRequested, AskAboutUnsettled] })
export class PaymentsWorkerModule {
  constructor(listeners: ListenerRegistry, issueRefund: IssueRefundWhenRefundRequested) {
    listeners.register(issueRefund);
  }
}
