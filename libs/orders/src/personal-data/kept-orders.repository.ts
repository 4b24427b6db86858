import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** An order as its buyer may have it. */
export interface KeptOrder {
  id: string;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const LIST = `
  SELECT o.id, o.number, o.status, o.payment_status AS "paymentStatus", o.currency, o.subtotal_minor AS "subtotalMinor",
    o.discount_minor AS "discountMinor", o.tax_minor AS "taxMinor", o.shipping_minor AS "shippingMinor",
    o.total_minor AS "totalMinor", o.shipping_address AS "shippingAddress", o.placed_at AS "placedAt",
    (SELECT jsonb_agg(jsonb_build_object('sku', line.sku, 'name', line.name, 'quantity', line.quantity,
      'totalMinor', line.total_minor) ORDER BY line.position) FROM orders.lines line WHERE line.order_id = o.id) AS lines,
    (SELECT jsonb_agg(jsonb_build_object('step', entry.step, 'status', entry.status, 'detail', entry.detail,
      'at', entry.at) ORDER BY entry.version) FROM orders.timeline entry WHERE entry.order_id = o.id) AS timeline
  FROM orders.orders o WHERE o.buyer_id = $1 AND o.id > $2 ORDER BY o.id LIMIT $3`;

const ERASE = `
  WITH mine AS (
    SELECT id FROM orders.orders WHERE buyer_id = $1 AND shipping_address ->> 'name' <> 'Erased' ORDER BY id LIMIT $2
    FOR UPDATE
  ), told AS (
    UPDATE orders.timeline SET detail = NULL FROM mine WHERE order_id = mine.id AND detail IS NOT NULL
  )
  UPDATE orders.orders SET updated_at = now(), shipping_address = jsonb_build_object('name', 'Erased', 'line1', 'Erased',
    'city', 'Erased', 'postalCode', 'Erased', 'country', shipping_address -> 'country')
  FROM mine WHERE orders.id = mine.id RETURNING orders.id`;

/** Orders as parts of somebody's personal data. */
@Injectable()
export class KeptOrdersRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Oldest first. @param after the id of the last order of the page before */
  list(buyerId: string, after: string | undefined, limit: number): Promise<KeptOrder[]> {
    return this.uow.sql<KeptOrder>(LIST, [buyerId, after ?? BEFORE_ALL, limit]);
  }

  /** Takes out what points at the buyer. @returns the ids of the orders it was done to */
  async erase(buyerId: string, limit: number): Promise<string[]> {
    return (await this.uow.sql<{ id: string }>(ERASE, [buyerId, limit])).map(({ id }) => id);
  }
}
