import { Injectable } from '@nestjs/common';
import { OrdersRepository } from './orders.repository';
import type { Order } from './orders.types';

/** What modules above may read of orders. */
@Injectable()
export class OrdersFacade {
  constructor(private readonly orders: OrdersRepository) {}

  /** A whole order with its lines, or null. */
  find(orderId: string): Promise<Order | null> {
    return this.orders.find(orderId, null);
  }
}
