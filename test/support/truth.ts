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

const CONTRADICTIONS: Record<string, string> = {
  'a live hold without a live order': `
    SELECT hold.reference FROM inventory.holds hold JOIN orders.orders o ON o.id = hold.reference
    WHERE hold.status IN ('held', 'firm') AND o.status IN ('cancelled', 'expired') AND o.id = ANY($1)`,
  'a confirmed order without its firm holds': `
    SELECT line.order_id FROM orders.lines line JOIN orders.orders o ON o.id = line.order_id
    WHERE o.status = 'confirmed' AND o.id = ANY($1) AND NOT EXISTS (
      SELECT FROM inventory.holds hold WHERE hold.reference = o.id AND hold.sku = line.sku
        AND hold.status = 'firm' AND hold.quantity = line.quantity)`,
  'a version without its row in the timeline': `
    SELECT o.id FROM orders.orders o LEFT JOIN orders.timeline t ON t.order_id = o.id WHERE o.id = ANY($1)
    GROUP BY o.id HAVING count(t.version) <> o.version OR max(t.version) <> o.version OR min(t.version) <> 1`,
  'a last row of the timeline that is not how the order stands': `
    SELECT o.id FROM orders.orders o JOIN orders.timeline t ON t.order_id = o.id AND t.version = o.version
    WHERE o.id = ANY($1) AND (t.status, t.payment_status) <> (o.status, o.payment_status)`,
  'reserved stock that is not what live holds come to': `
    SELECT level.sku FROM inventory.stock_levels level
    WHERE level.sku IN (SELECT sku FROM orders.lines WHERE order_id = ANY($1)) AND level.reserved <> (
      SELECT coalesce(sum(quantity), 0) FROM inventory.holds hold
      WHERE hold.sku = level.sku AND hold.location_id = level.location_id AND hold.status IN ('held', 'firm'))`,
  'money kept of an order that has ended': `
    SELECT o.id FROM orders.orders o JOIN payments.payments p ON p.reference = o.id
    WHERE o.id = ANY($1) AND o.status IN ('cancelled', 'expired') AND p.status = 'succeeded'
      AND p.refunded_minor <> p.amount_minor`,
};

interface OurPayment {
  id: string;
  reference: string;
  amount: number;
  refunded: number;
}

/** What these orders, which are at rest, say against each other or against the gateway's own record. */
export async function contradictionsOf(shop: Shop, orderIds: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [what, text] of Object.entries(CONTRADICTIONS)) {
    const rows = await shop.db.sql(text, [orderIds]);
    if (rows.length > 0) found.push(`${what}: ${JSON.stringify(rows)}`);
  }
  const ours = await shop.db.sql<OurPayment>(
    `SELECT id, reference, amount_minor::int AS amount, refunded_minor::int AS refunded FROM payments.payments
     WHERE reference = ANY($1) AND status = 'succeeded'`,
    [orderIds],
  );
  for (const orderId of orderIds) {
    const theirs = (await shop.chargesFor(orderId)).filter(({ status }) => status === 'succeeded');
    const shown = (payments: object[]) => JSON.stringify(payments);
    const [us, them] = [
      shown(
        ours.filter(({ reference }) => reference === orderId).map(({ id, amount, refunded }) => [id, amount, refunded]),
      ),
      shown(theirs.map(({ idempotencyKey, amount, refunded }) => [idempotencyKey, amount.amount, refunded])),
    ];
    if (us !== them) found.push(`order ${orderId}: we say ${us}, the gateway ${them}`);
  }
  return found;
}
