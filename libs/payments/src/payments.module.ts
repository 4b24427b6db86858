import { Module } from '@nestjs/common';
import { GatewayHealth } from './gateways/gateway-health';
import { LedgerController } from './ledger/ledger.controller';
import { LedgerService } from './ledger/ledger.service';
import { PaymentsController } from './payments.controller';
import { PaymentsCoreModule } from './payments.core.module';
import { PaymentsService } from './payments.service';
import { ReconciliationsController } from './reconciliation/reconciliations.controller';
import { ReconciliationsService } from './reconciliation/reconciliations.service';
import { RefundRequestsService } from './refund-requests.service';

/** Payments for the api. */
@Module({
  imports: [PaymentsCoreModule],
  controllers: [ReconciliationsController, PaymentsController, LedgerController],
  providers: [PaymentsService, RefundRequestsService, GatewayHealth, ReconciliationsService, LedgerService],
})
export class PaymentsModule {}
