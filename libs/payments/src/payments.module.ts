import { Module } from '@nestjs/common';
import { GatewayHealth } from './gateways/gateway-health';
import { PaymentsController } from './payments.controller';
import { PaymentsCoreModule } from './payments.core.module';
import { PaymentsService } from './payments.service';
import { ReconciliationsController } from './reconciliation/reconciliations.controller';
import { ReconciliationsService } from './reconciliation/reconciliations.service';
import { RefundRequestsService } from './refund-requests.service';

/** Payments for the api. */
@Module({
  imports: [PaymentsCoreModule],
  controllers: [ReconciliationsController, PaymentsController],
  providers: [PaymentsService, RefundRequestsService, GatewayHealth, ReconciliationsService],
})
export class PaymentsModule {}
