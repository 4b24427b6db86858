import { Module } from '@nestjs/common';
import { InventoryModule } from '@app/inventory';
import { PaymentsCoreModule } from '@app/payments';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { SagaSubjects } from '@platform/saga';
import { CancellationStarter } from './cancellation/cancellation-starter';
import { CancellationSubject } from './cancellation/cancellation.subject';
import { CheckoutSubject } from './checkout/checkout.subject';
import { CreateOrders1763600005000 } from './migrations/1763600005000-create-orders';
import { OrderCancellation } from './cancellation/order-cancellation';
import { OrderConfirmation } from './checkout/order-confirmation';
import { PaymentFailures } from './checkout/payment-failures';
import { EraseBuyers1763600005450 } from './migrations/1763600005450-erase-buyers';
import { ShortenChecks1764200005010 } from './migrations/1764200005010-shorten-checks';
import { ORDERS_CHECKS } from './orders.books';
import { OrdersMetrics } from './orders-metrics';
import { OrdersFacade } from './orders.facade';
import { OrdersRepository } from './orders.repository';
import { KeptOrdersRepository } from './personal-data/kept-orders.repository';
import { OrdersKeeper } from './personal-data/orders.keeper';

const SHARED = [
  OrdersRepository,
  OrdersFacade,
  CancellationStarter,
  OrderCancellation,
  OrderConfirmation,
  PaymentFailures,
];

/** What api and worker share of orders. */
@Module({
  imports: [
    BooksModule.forModule(ORDERS_CHECKS),
    DatabaseModule.forModule({
      migrations: [CreateOrders1763600005000, EraseBuyers1763600005450, ShortenChecks1764200005010],
    }),
    InventoryModule,
    PaymentsCoreModule,
  ],
  providers: [...SHARED, KeptOrdersRepository, OrdersKeeper, CheckoutSubject, CancellationSubject, OrdersMetrics],
  exports: [...SHARED, InventoryModule, PaymentsCoreModule],
})
export class OrdersCoreModule {
  constructor(subjects: SagaSubjects, checkout: CheckoutSubject, cancellation: CancellationSubject) {
    subjects.register(checkout);
    subjects.register(cancellation);
  }
}
