import { Module } from '@nestjs/common';
import { GatewayHealth } from './gateway-health';
import { PaymentsController } from './payments.controller';
import { PaymentsCoreModule } from './payments.core.module';
import { PaymentsService } from './payments.service';

/** Payments for the api. */
@Module({
  imports: [PaymentsCoreModule],
  controllers: [PaymentsController],
  providers: [PaymentsService, GatewayHealth],
})
export class PaymentsModule {}
