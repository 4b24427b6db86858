import { Module } from '@nestjs/common';
import { GatewayHealth } from './gateways/gateway-health';
import { PaymentsController } from './payments.controller';
import { PaymentsCoreModule } from './payments.core.module';
import { PaymentsService } from './payments.service';
import { RefundRequestsService } from './refund-requests.service';

/** Payments for the api. */
@Module({
  imports: [PaymentsCoreModule],
  controllers: [PaymentsController],
  providers: [PaymentsService, RefundRequestsService, GatewayHealth],
})
export class PaymentsModule {}
