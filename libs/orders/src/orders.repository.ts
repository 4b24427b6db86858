import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { UnitOfWork } from '@platform/database';
import type { Order, OrderPaymentStatus, OrderStatus, OrderSummary, TimelineEntry } from './orders.types';

const SUMMARY = `o.id, o.number, o.buyer_id AS "buyerId", o.status, o.payment_status AS "paymentStatus", o.currency,
  o.subtotal_minor AS "subtotalMinor", o.discount_minor AS "discountMinor", o.tax_minor AS "taxMinor",
  o.shipping_minor AS "shippingMinor", o.total_minor AS "totalMinor", o.item_count AS "itemCount",
  o.placed_at AS "placedAt", o.expires_at AS "expiresAt", o.version, o.updated_at AS "updatedAt"`;

const LINES = `(
  SELECT jsonb_agg(jsonb_build_object('sku', line.sku, 'name', line.name, 'quantity', line.quantity,
    'unitPriceMinor', line.unit_price_minor, 'taxRateBps', line.tax_rate_bps, 'discountMinor', line.discount_minor,
    'taxMinor', line.tax_minor, 'totalMinor', line.total_minor) ORDER BY line.position)
  FROM orders.lines line WHERE line.order_id = o.id)`;

const ORDER = `${SUMMARY}, o.shipping_address AS "shippingAddress", ${LINES} AS lines`;

const INSERT = `
  WITH placed AS (
    INSERT INTO orders.orders (id, number, buyer_id, status, payment_status, currency, subtotal_minor, discount_minor,
      tax_minor, shipping_minor, total_minor, item_count, shipping_address, placed_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  ), told AS (
    INSERT INTO orders.timeline (order_id, version, step, status, payment_status, actor)
    VALUES ($1, 1, 'placed', $4, $5, $3::uuid::text)
  )
  INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, tax_rate_bps, discount_minor,
    tax_minor, total_minor)
  SELECT $1, line.position, line.sku, line.name, line.quantity, line.unit_price, line.tax_rate, line.discount, line.tax, line.total
  FROM unnest($16::text[], $17::text[], $18::int[], $19::bigint[], $20::int[], $21::bigint[], $22::bigint[], $23::bigint[])
    WITH ORDINALITY AS line (sku, name, quantity, unit_price, tax_rate, discount, tax, total, position)`;

/** A change of an order: one new version, one row of its timeline. */
const CHANGE = `
  WITH changed AS (
    UPDATE orders.orders SET status = coalesce($2, status), payment_status = coalesce($3, payment_status),
      version = version + 1, updated_at = now()
    WHERE id = $1 AND status = ANY($4)
    RETURNING id, version, status, payment_status
  )
  INSERT INTO orders.timeline (order_id, version, step, status, payment_status, actor, detail)
  SELECT id, version, $5, status, payment_status, $6, $7 FROM changed`;

const WHETHER_SOLD = `
  SELECT o.id, EXISTS (
    SELECT FROM orders.timeline told
    WHERE told.order_id = o.id AND told.status IN ('confirmed', 'shipped', 'delivered')
      AND told.payment_status IN ('paid', 'partially_refunded', 'refunded')) AS "wasSold"
  FROM orders.orders o WHERE o.id > $1 ORDER BY o.id LIMIT $2`;

const OF_BUYER_IN_STATUS = `($1::uuid IS NULL OR o.buyer_id = $1) AND ($2::text IS NULL OR o.status = $2)`;

/** Numbers by the range in which they begin so: a plan that is made once can't look a pattern up in an index. */
const FOUND = `o.id IN (
  SELECT id FROM orders.orders WHERE number >= $7 AND number < $7 || '~' AND starts_with(number, $7)
  UNION ALL SELECT id FROM orders.orders WHERE id = $8::uuid)`;

/** What happens to an order, and from which states it may. */
export interface OrderChange {
  from: readonly OrderStatus[];
  status?: OrderStatus;
  paymentStatus?: OrderPaymentStatus;
  /** What the timeline calls it, e.g. `confirmed`. */
  step: string;
  actor: string | null;
  detail?: string;
}

/** Where an order stands, by the database's clock. */
export type OrderState = Pick<Order, 'id' | 'status' | 'paymentStatus' | 'totalMinor' | 'expiresAt'> & {
  isExpired: boolean;
};

/** What a list of orders is narrowed to; null means everything. */
export interface OrderFilter {
  buyerId: string | null;
  status: OrderStatus | null;
  from: Date | null;
  to: Date | null;
  /** The beginning of a number, or an id. */
  search: string | null;
}

/** Orders, their lines and their timelines. */
@Injectable()
export class OrdersRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Leaves with COMMIT: nobody reads a new order before. */
  queueInsert(order: Order): void {
    const { lines } = order;
    this.uow.queue(INSERT, [
      order.id,
      order.number,
      order.buyerId,
      order.status,
      order.paymentStatus,
      order.currency,
      order.subtotalMinor,
      order.discountMinor,
      order.taxMinor,
      order.shippingMinor,
      order.totalMinor,
      order.itemCount,
      JSON.stringify(order.shippingAddress),
      order.placedAt,
      order.expiresAt,
      lines.map(({ sku }) => sku),
      lines.map(({ name }) => name),
      lines.map(({ quantity }) => quantity),
      lines.map(({ unitPriceMinor }) => unitPriceMinor),
      lines.map(({ taxRateBps }) => taxRateBps),
      lines.map(({ discountMinor }) => discountMinor),
      lines.map(({ taxMinor }) => taxMinor),
      lines.map(({ totalMinor }) => totalMinor),
    ]);
  }

  /** @param buyerId only this buyer's; null: anybody's */
  async find(id: string, buyerId: string | null): Promise<Order | null> {
    const text = `SELECT ${ORDER} FROM orders.orders o WHERE o.id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2)`;
    const [order] = await this.uow.sql<Order>(text, [id, buyerId]);
    return order ?? null;
  }

  /** Those that there are, anybody's. */
  findMany(ids: string[]): Promise<Order[]> {
    return this.uow.sql<Order>(`SELECT ${ORDER} FROM orders.orders o WHERE o.id = ANY($1)`, [ids]);
  }

  /** What the checkout needs to know of an order, without its lines. */
  async findState(id: string): Promise<OrderState | null> {
    const text = `SELECT o.id, o.status, o.payment_status AS "paymentStatus", o.total_minor AS "totalMinor", o.expires_at AS "expiresAt",
      o.expires_at <= now() AS "isExpired" FROM orders.orders o WHERE o.id = $1`;
    const [state] = await this.uow.sql<OrderState>(text, [id]);
    return state ?? null;
  }

  /** Like `find`, and keeps others from changing it until the end of the transaction. Tells the database's time too. */
  async findForUpdate(id: string, buyerId: string | null): Promise<(Order & { isExpired: boolean }) | null> {
    const text = `SELECT ${ORDER}, o.expires_at <= now() AS "isExpired" FROM orders.orders o
      WHERE o.id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2) FOR UPDATE OF o`;
    const [order] = await this.uow.sql<Order & { isExpired: boolean }>(text, [id, buyerId]);
    return order ?? null;
  }

  /** Like `findForUpdate`, for many. Locked in the order of their ids. */
  listForUpdate(ids: string[]): Promise<Order[]> {
    const text = `SELECT ${ORDER} FROM orders.orders o WHERE o.id = ANY($1) ORDER BY o.id FOR UPDATE OF o`;
    return this.uow.sql<Order>(text, [ids]);
  }

  /** Orders by their ids, after the one named, and whether each was ever certain and its money taken. */
  listWhetherSold(after: string, limit: number): Promise<Array<{ id: string; wasSold: boolean }>> {
    return this.uow.sql<{ id: string; wasSold: boolean }>(WHETHER_SOLD, [after, limit]);
  }

  /** Changes an order if it is in one of the states named. @returns whether it was */
  async change(id: string, change: OrderChange): Promise<boolean> {
    return (await this.uow.execute(CHANGE, toValues(id, change))) > 0;
  }

  /** Changes an order whose lock the caller holds, and whose state is one of those named. Leaves with COMMIT. */
  queueChange(id: string, change: OrderChange): void {
    this.uow.queue(CHANGE, toValues(id, change));
  }

  /** Newest first, older than the order named `before`. */
  list(filter: OrderFilter, before: string | null, limit: number): Promise<OrderSummary[]> {
    const { buyerId, status, from, to, search } = filter;
    const text = `SELECT ${SUMMARY} FROM orders.orders o
      WHERE ${buyerId === null ? '$1::uuid IS NULL' : 'o.buyer_id = $1'} AND ($2::text IS NULL OR o.status = $2)
        AND ($3::timestamptz IS NULL OR o.placed_at >= $3) AND ($4::timestamptz IS NULL OR o.placed_at < $4)
        AND o.id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')${search === null ? '' : ` AND ${FOUND}`}
      ORDER BY o.id DESC LIMIT $6`;
    const found = search === null ? [] : [search.toUpperCase(), isUUID(search) ? search : null];
    return this.uow.sql<OrderSummary>(text, [buyerId, status, from, to, before, limit, ...found]);
  }

  /** Newest first, after the first `offset` ones. */
  listPage(buyerId: string | null, status: OrderStatus | null, offset: number, limit: number): Promise<OrderSummary[]> {
    const text = `SELECT ${SUMMARY} FROM orders.orders o WHERE ${OF_BUYER_IN_STATUS}
      ORDER BY o.id DESC LIMIT $3 OFFSET $4`;
    return this.uow.sql<OrderSummary>(text, [buyerId, status, limit, offset]);
  }

  /** For the list by page number alone: no other needs to know how many there are. */
  async count(buyerId: string | null, status: OrderStatus | null): Promise<number> {
    const text = `SELECT count(*) AS count FROM orders.orders o WHERE ${OF_BUYER_IN_STATUS}`;
    const [row] = await this.uow.sql<{ count: number }>(text, [buyerId, status]);
    return row?.count ?? 0;
  }

  /** How many orders there are in each state that is not an end. */
  countOpen(): Promise<Array<{ status: OrderStatus; count: number }>> {
    return this.uow.sql(
      `SELECT status, count(*) AS count FROM orders.orders
       WHERE status IN ('pending_payment', 'confirmed', 'needs_attention') GROUP BY status`,
    );
  }

  listTimeline(orderId: string): Promise<TimelineEntry[]> {
    return this.uow.sql<TimelineEntry>(
      `SELECT version, step, status, payment_status AS "paymentStatus", actor, detail, at
       FROM orders.timeline WHERE order_id = $1 ORDER BY version`,
      [orderId],
    );
  }
}

function toValues(id: string, { from, status, paymentStatus, step, actor, detail }: OrderChange): unknown[] {
  return [id, status ?? null, paymentStatus ?? null, from, step, actor, detail ?? null];
}
