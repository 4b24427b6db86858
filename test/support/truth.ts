import type { Shop } from './shop';

/** What must hold of one order and its product after whatever has happened, seen past the product's own code. */
export interface Truth {
  orders: number;
  confirmations: number;
  /** How many orders the outbox has announced as placed, and as confirmed. */
  announced: { placed: number; confirmed: number };
  /** What the gateway has really charged and not given back, in minor units. */
  chargedMinor: number;
  onHand: number;
  reserved: number;
  /** Sum of live holds. */
  held: number;
}

/** Looks into the tables and the gateway's own record. */
export async function truthAbout(shop: Shop, sku: string): Promise<Truth> {
  const [orders, [level], [holds]] = await Promise.all([
    shop.db.sql<{ id: string; confirmations: number }>(
      `SELECT o.id, (SELECT count(*)::int FROM orders.timeline t WHERE t.order_id = o.id AND t.step = 'confirmed') AS confirmations
       FROM orders.orders o WHERE EXISTS (SELECT FROM orders.lines l WHERE l.order_id = o.id AND l.sku = $1)`,
      [sku],
    ),
    shop.db.sql<{ on_hand: string; reserved: string }>(
      'SELECT on_hand, reserved FROM inventory.stock_levels WHERE sku = $1',
      [sku],
    ),
    shop.db.sql<{ held: string }>(
      `SELECT coalesce(sum(quantity), 0) AS held FROM inventory.holds WHERE sku = $1 AND status IN ('held', 'firm')`,
      [sku],
    ),
  ]);
  const ids = orders.map(({ id }) => id);
  const [announced] = await shop.db.sql<Truth['announced']>(
    `SELECT count(*) FILTER (WHERE name = 'orders.placed')::int AS placed,
       count(*) FILTER (WHERE name = 'orders.confirmed')::int AS confirmed
     FROM platform.outbox_events WHERE payload ->> 'orderId' = ANY($1)`,
    [ids],
  );
  const charges = (await Promise.all(ids.map((id) => shop.chargesFor(id)))).flat();
  return {
    orders: orders.length,
    confirmations: orders.reduce((sum, { confirmations }) => sum + confirmations, 0),
    announced: announced as Truth['announced'],
    chargedMinor: charges
      .filter(({ status }) => status === 'succeeded')
      .reduce((sum, { amount, refunded }) => sum + amount.amount - refunded, 0),
    onHand: Number(level?.on_hand),
    reserved: Number(level?.reserved),
    held: Number(holds?.held),
  };
}
