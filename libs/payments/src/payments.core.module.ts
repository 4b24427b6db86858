import { Module } from '@nestjs/common';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { CapturesService } from './captures.service';
import { GatewayEventsRepository } from './gateway-events.repository';
import { GatewaysModule } from './gateways/gateways.module';
import { Ledger } from './ledger/ledger';
import { LedgerFacade } from './ledger/ledger.facade';
import { LedgerRepository } from './ledger/ledger.repository';
import { CreatePayments1763600004000 } from './migrations/1763600004000-create-payments';
import { CreateLedger1763600004200 } from './migrations/1763600004200-create-ledger';
import { AuthorizeAndCapture1763700004200 } from './migrations/1763700004200-authorize-and-capture';
import { CreateReconciliations1763700004300 } from './migrations/1763700004300-create-reconciliations';
import { IndexAgeOfGatewayEvents1763700004900 } from './migrations/1763700004900-index-age-of-gateway-events';
import { PostReversals1763900004210 } from './migrations/1763900004210-post-reversals';
import { ShortenChecks1764200004010 } from './migrations/1764200004010-shorten-checks';
import { PAYMENTS_CHECKS } from './payments.books';
import { PaymentsFacade } from './payments.facade';
import { PaymentsRepository } from './payments.repository';
import { RefundsRepository } from './refunds.repository';
import { ReconciliationMetrics } from './reconciliation/reconciliation-metrics';
import { ReconciliationsRepository } from './reconciliation/reconciliations.repository';
import { RefundsService } from './refunds.service';
import { Settlement } from './settlement';

/** What api and worker share of payments. */
@Module({
  imports: [
    BooksModule.forModule(PAYMENTS_CHECKS),
    DatabaseModule.forModule({
      migrations: [
        CreatePayments1763600004000,
        CreateLedger1763600004200,
        AuthorizeAndCapture1763700004200,
        CreateReconciliations1763700004300,
        IndexAgeOfGatewayEvents1763700004900,
        PostReversals1763900004210,
        ShortenChecks1764200004010,
      ],
    }),
    GatewaysModule,
  ],
  providers: [
    PaymentsFacade,
    PaymentsRepository,
    RefundsRepository,
    GatewayEventsRepository,
    RefundsService,
    CapturesService,
    Settlement,
    ReconciliationsRepository,
    ReconciliationMetrics,
    Ledger,
    LedgerFacade,
    LedgerRepository,
  ],
  exports: [
    PaymentsFacade,
    Ledger,
    LedgerFacade,
    LedgerRepository,
    RefundsService,
    RefundsRepository,
    CapturesService,
    PaymentsRepository,
    GatewayEventsRepository,
    Settlement,
    ReconciliationsRepository,
    GatewaysModule,
  ],
})
export class PaymentsCoreModule {}
