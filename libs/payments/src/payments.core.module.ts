import { Module } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { GatewayEventsRepository } from './gateway-events.repository';
import { CreatePayments1763600004000 } from './migrations/1763600004000-create-payments';
import { PaymentGateway } from './payment-gateway';
import { PaymentsFacade } from './payments.facade';
import { PaymentsRepository } from './payments.repository';
import { RefundsRepository } from './refunds.repository';
import { RefundsService } from './refunds.service';
import { SandboxGateway } from './sandbox.gateway';
import { Settlement } from './settlement';

/** What api and worker share of payments. */
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreatePayments1763600004000] })],
  providers: [
    PaymentsFacade,
    PaymentsRepository,
    RefundsRepository,
    GatewayEventsRepository,
    RefundsService,
    Settlement,
    { provide: PaymentGateway, useClass: SandboxGateway },
  ],
  exports: [PaymentsFacade, RefundsService, PaymentsRepository, GatewayEventsRepository, Settlement, PaymentGateway],
})
export class PaymentsCoreModule {}
