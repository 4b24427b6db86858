import { Module } from '@nestjs/common';
import { ListenerRegistry } from '@platform/messaging';
import { AskAboutUnsettled } from './ask-about-unsettled.job';
import { IssueRefundWhenRefundRequested } from './issue-refund-when-refund-requested.handler';
import { PaymentsCoreModule } from './payments.core.module';
import { ReconcileWithGateways } from './reconciliation/reconcile-with-gateways.job';
import { Reconciler } from './reconciliation/reconciler';
import { ReconciliationProgress } from './reconciliation/reconciliation-progress.repository';

/** Payments for the worker: talks to the gateways about refunds and whatever else is not settled. */
@Module({
  imports: [PaymentsCoreModule],
  providers: [
    IssueRefundWhenRefundRequested,
    AskAboutUnsettled,
    ReconcileWithGateways,
    Reconciler,
    ReconciliationProgress,
  ],
})
export class PaymentsWorkerModule {
  constructor(listeners: ListenerRegistry, issueRefund: IssueRefundWhenRefundRequested) {
    listeners.register(issueRefund);
  }
}
