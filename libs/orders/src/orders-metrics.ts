import { Injectable } from '@nestjs/common';
import { Metrics } from '@platform/observability';
import { OrdersRepository } from './orders.repository';

/** How many orders are in each state that is not an end. */
@Injectable()
export class OrdersMetrics {
  constructor(metrics: Metrics, orders: OrdersRepository) {
    metrics.gauge('orders_open', 'Orders in each state that is not an end', ['status'], async () =>
      (await orders.countOpen()).map(({ status, count }) => ({ value: count, labels: { status } })),
    );
  }
}
