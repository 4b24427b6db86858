import { Module } from '@nestjs/common';
import { ListenerRegistry, Upkeep } from '@platform/messaging';
import { AskAboutUnsettled } from './ask-about-unsettled.job';
import { GatewayHealth } from './gateways/gateway-health';
import { GatewayEventsRepository } from './gateway-events.repository';
import { IssueRefundWhenRefundRequested } from './issue-refund-when-refund-requested.handler';
import { LedgerBackfill } from './ledger/ledger-backfill';
import { LedgerClosing } from './ledger/ledger-closing';
import { PaymentsCoreModule } from './payments.core.module';
import { ReconcileWithGateways } from './reconciliation/reconcile-with-gateways.job';
import { Reconciler } from './reconciliation/reconciler';
import { ReconciliationProgress } from './reconciliation/reconciliation-progress.repository';

/** Payments for the worker: talks to the gateways about refunds and whatever else is not settled; closes the ledger, posts what is older than it, forgets old events. */
@Module({
  imports: [PaymentsCoreModule],
  providers: [
    IssueRefundWhenRefundRequested,
    AskAboutUnsettled,
    ReconcileWithGateways,
    Reconciler,
    ReconciliationProgress,
    LedgerClosing,
    LedgerBackfill,
    GatewayHealth,
  ],
})
export class PaymentsWorkerModule {
  constructor(
    listeners: ListenerRegistry,
    issueRefund: IssueRefundWhenRefundRequested,
    upkeep: Upkeep,
    closing: LedgerClosing,
    events: GatewayEventsRepository,
  ) {
    listeners.register(issueRefund);
    upkeep.register({ name: 'ledger', run: () => closing.close().then(() => undefined) });
    upkeep.registerForgetting('gateway events', (limit) => events.forgetOld(limit));
  }
}
