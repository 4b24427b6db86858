import { Injectable } from '@nestjs/common';
import { OrdersRepository } from './orders.repository';
import type { Order } from './orders.types';

/** What modules above may read of orders. */
@Injectable()
export class OrdersFacade {
  constructor(private readonly orders: OrdersRepository) {}

  /** Whole orders with their lines, those that there are, in no order. */
  findMany(orderIds: string[]): Promise<Order[]> {
    return this.orders.findMany(orderIds);
  }
}
