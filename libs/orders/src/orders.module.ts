import { Module } from '@nestjs/common';
import { CatalogModule } from '@app/catalog';
import { CheckoutStarter } from './checkout/checkout-starter';
import { DemoOrders } from './demo-orders.facade';
import { OrderActionsService } from './order-actions.service';
import { OrderListsController } from './order-lists.controller';
import { OrderQueriesService } from './order-queries.service';
import { OrdersController } from './orders.controller';
import { OrdersCoreModule } from './orders.core.module';
import { OrdersService } from './orders.service';

/** Orders for the api. */
@Module({
  imports: [OrdersCoreModule, CatalogModule],
  controllers: [OrdersController, OrderListsController],
  providers: [OrdersService, OrderActionsService, OrderQueriesService, CheckoutStarter, DemoOrders],
  exports: [DemoOrders],
})
export class OrdersModule {}
