import { Module } from '@nestjs/common';
import { InventoryModule } from '@app/inventory';
import { PaymentsCoreModule } from '@app/payments';
import { DatabaseModule } from '@platform/database';
import { CreateOrders1763600005000 } from './migrations/1763600005000-create-orders';
import { OrdersFacade } from './orders.facade';
import { OrdersRepository } from './orders.repository';

/** What api and worker share of orders. */
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateOrders1763600005000] }), InventoryModule, PaymentsCoreModule],
  providers: [OrdersRepository, OrdersFacade],
  exports: [OrdersRepository, OrdersFacade, InventoryModule, PaymentsCoreModule],
})
export class OrdersCoreModule {}
