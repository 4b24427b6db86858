import { Injectable } from '@nestjs/common';
import { CatalogFacade } from '@app/catalog';
import { InventoryFacade } from '@app/inventory';
import { Audit } from '@platform/audit';
import { Config } from '@platform/config';
import { newId, UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { Log } from '@platform/observability';
import { CheckoutStarter } from './checkout/checkout-starter';
import { orderNumberOf, toLine, totalsOf } from './order.rules';
import { orderPlaced } from './orders.events';
import type { OrderWithPayments } from './order-queries.service';
import { OrdersRepository } from './orders.repository';
import type { NewOrder, Order, OrderLine } from './orders.types';
import { refuseShortages, toPricedItems } from './pricing.rules';

/** What the house decides about an order; demo data decides otherwise. */
export interface OrderTerms {
  orderId: string;
  /** The id of its first payment; a new one when absent. */
  paymentId: string | undefined;
  /** How long it may stay unpaid. */
  holdSeconds: number;
}

/** Placing an order: all of it in one transaction, or none of it. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly catalog: CatalogFacade,
    private readonly inventory: InventoryFacade,
    private readonly orders: OrdersRepository,
    private readonly checkout: CheckoutStarter,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Holds stock, writes the order and lets the checkout run on.
   * @throws AppError `unknown_sku`, `product_not_available`, `currency_mismatch`, `insufficient_stock`
   */
  place(buyerId: string, wanted: NewOrder, terms: Partial<OrderTerms> = {}): Promise<OrderWithPayments> {
    const { orderId = newId(), paymentId, holdSeconds = this.config.get('ORDER_EXPIRY') } = terms;
    return this.uow.run(async () => {
      const startedAt = performance.now();
      this.log.info('orders.place.started', { orderId, lines: wanted.items.length });
      const { lines, currency, placedAt, expiresAt } = await this.priceAndHold(orderId, wanted, holdSeconds);
      this.log.info('orders.place.stock_held', { orderId });
      const order = this.compose(orderId, buyerId, wanted, lines, currency, placedAt, expiresAt);
      this.orders.queueInsert(order);
      const payments = this.checkout.start(order, wanted.payment?.method, paymentId);
      this.outbox.add(orderPlaced({ orderId }));
      this.audit.record({
        action: 'orders.placed',
        resource: 'order',
        resourceId: orderId,
        after: { totalMinor: order.totalMinor, currency },
      });
      this.log.info('orders.place.persisted', { orderId });
      this.uow.afterCommit(() => {
        this.log.info('orders.place.completed', { orderId, ms: Math.round(performance.now() - startedAt) });
      });
      return { order, payments };
    });
  }

  /** Prices and stock don't depend on each other: both leave in one trip, the contended rows as late as can be. */
  private async priceAndHold(orderId: string, { items }: NewOrder, holdSeconds: number) {
    const skus = items.map(({ sku }) => sku);
    const [products, hold] = await Promise.all([
      this.catalog.price(skus),
      this.inventory.hold(orderId, items, holdSeconds),
    ]);
    const { priced, currency } = toPricedItems(items, products);
    if (!hold.isHeld) throw refuseShortages(items, hold.shortages);
    return { lines: priced.map(toLine), currency, placedAt: hold.heldAt, expiresAt: hold.expiresAt };
  }

  private compose(
    id: string,
    buyerId: string,
    wanted: NewOrder,
    lines: OrderLine[],
    currency: string,
    placedAt: Date,
    expiresAt: Date,
  ): Order {
    return {
      id,
      number: orderNumberOf(id),
      buyerId,
      status: 'pending_payment',
      paymentStatus: wanted.payment ? 'processing' : 'unpaid',
      currency,
      ...totalsOf(lines, this.config.get('SHIPPING_FLAT_RATE')),
      itemCount: lines.reduce((count, { quantity }) => count + quantity, 0),
      lines,
      shippingAddress: wanted.shippingAddress,
      placedAt,
      expiresAt,
      version: 1,
      updatedAt: placedAt,
    };
  }
}
