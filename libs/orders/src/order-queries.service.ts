import { Injectable } from '@nestjs/common';
import { PaymentsFacade, type Payment } from '@app/payments';
import { decodeCursor, toPage, UnitOfWork, type Page } from '@platform/database';
import { notFound } from '@platform/errors';
import { OrdersRepository, type OrderFilter } from './orders.repository';
import type { Order, OrderStatus, OrderSummary, TimelineEntry } from './orders.types';

/** An order with what has been paid for it. */
export interface OrderWithPayments {
  order: Order;
  payments: Payment[];
}

/** Reading orders. `buyerId` null: anybody's. */
@Injectable()
export class OrderQueriesService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
  ) {}

  async get(id: string, buyerId: string | null): Promise<OrderWithPayments> {
    const [order, payments] = await this.uow.together(() =>
      Promise.all([this.orders.find(id, buyerId), this.payments.listFor(id)]),
    );
    if (!order) throw notFound('order');
    return { order, payments };
  }

  async listPayments(id: string, buyerId: string | null): Promise<Payment[]> {
    return (await this.get(id, buyerId)).payments;
  }

  async list(filter: OrderFilter, limit: number, cursor?: string): Promise<Page<OrderSummary>> {
    const before = cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.orders.list(filter, before, limit + 1), limit, ({ id }) => [id]);
  }

  /** @param page the first is 1 */
  async listPage(
    buyerId: string | null,
    status: OrderStatus | null,
    page: number,
    limit: number,
  ): Promise<{ data: OrderSummary[]; total: number }> {
    const [data, total] = await this.uow.together(() =>
      Promise.all([
        this.orders.listPage(buyerId, status, (page - 1) * limit, limit),
        this.orders.count(buyerId, status),
      ]),
    );
    return { data, total };
  }

  async listTimeline(id: string, buyerId: string | null): Promise<TimelineEntry[]> {
    const [order, timeline] = await this.uow.together(() =>
      Promise.all([this.orders.find(id, buyerId), this.orders.listTimeline(id)]),
    );
    if (!order) throw notFound('order');
    return timeline;
  }
}
