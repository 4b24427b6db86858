import type { BookCheck } from '@platform/books';
import { CHECKOUT } from './checkout/checkout-starter';
import { TRANSITIONS } from './order.rules';

/** Statuses that only a paid order has. */
const PAID = `('confirmed', 'shipped', 'delivered')`;

const MOVES = Object.entries(TRANSITIONS)
  .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
  .join(', ');

/** What is older than the ledger is looked at once its backfill has come by. */
const BACKFILLED_SALES = `(SELECT platform.backfilled_until('orders.sales'))`;

/** What must be true of orders. */
export const ORDERS_CHECKS: BookCheck[] = [
  {
    name: 'orders.totals_add_up',
    rule: 'The amounts of an order are those of its lines, tax and shipping.',
    sql: `SELECT o.id FROM orders.orders o
      LEFT JOIN (
        SELECT order_id, sum(unit_price_minor * quantity) AS subtotal, sum(discount_minor) AS discount,
          sum(tax_minor) AS tax, sum(quantity) AS pieces,
          bool_or(total_minor <> unit_price_minor * quantity - discount_minor
            OR tax_minor <> div(total_minor::numeric * tax_rate_bps + 5000, 10000)) AS is_wrong
        FROM orders.lines GROUP BY order_id
      ) line ON line.order_id = o.id
      WHERE line.order_id IS NULL OR line.is_wrong
        OR o.subtotal_minor <> line.subtotal OR o.discount_minor <> line.discount OR o.tax_minor <> line.tax
        OR o.item_count <> line.pieces
        OR o.total_minor <> o.subtotal_minor - o.discount_minor + o.tax_minor + o.shipping_minor`,
  },
  {
    name: 'orders.timeline_is_whole',
    rule: 'Every version of an order has its row in the timeline, and the last one says how the order is.',
    sql: `SELECT o.id FROM orders.orders o
      LEFT JOIN (
        SELECT order_id, count(*) AS entries, min(version) AS first, max(version) AS last
        FROM orders.timeline GROUP BY order_id
      ) told ON told.order_id = o.id
      LEFT JOIN orders.timeline last ON last.order_id = o.id AND last.version = o.version
      WHERE told.entries IS DISTINCT FROM o.version OR told.first <> 1 OR told.last <> o.version
        OR last.status <> o.status OR last.payment_status <> o.payment_status`,
  },
  {
    name: 'orders.moves_are_allowed',
    rule: 'An order begins unpaid, and each change of its status is one that the state machine allows.',
    sql: `SELECT DISTINCT order_id AS id FROM (
        SELECT order_id, status, lag(status) OVER (PARTITION BY order_id ORDER BY version) AS before FROM orders.timeline
      ) step
      WHERE (before IS NULL AND status <> 'pending_payment')
        OR (before <> status AND (before, status) NOT IN (VALUES ${MOVES}))`,
  },
  {
    // Orders that were parked by older versions have no such row: they would be accused for ever.
    name: 'orders.moves_are_audited',
    rule: 'Every order that was placed, and each change of its status but to needs_attention, has its row in the audit log.',
    sql: `SELECT DISTINCT order_id AS id FROM (
        SELECT order_id, status, 'orders.' || CASE status WHEN 'pending_payment' THEN 'placed' ELSE status END AS wanted,
          lag(status) OVER (PARTITION BY order_id ORDER BY version) AS before
        FROM orders.timeline) step
      WHERE before IS DISTINCT FROM status AND status <> 'needs_attention'
      GROUP BY order_id, wanted
      HAVING count(*) > (SELECT count(*) FROM platform.audited_actions(order_id::text) AS action WHERE action = wanted)`,
  },
  {
    name: 'orders.answers_name_orders',
    rule: 'Every order that a stored answer tells of exists (of the last 15 minutes).',
    sql: `SELECT key_id AS id FROM platform.latest_answers(201)
      WHERE told ? 'paymentStatus' AND NOT EXISTS (
        SELECT FROM orders.orders o WHERE o.id = (told ->> 'id')::uuid AND o.number = told ->> 'number')`,
  },
  {
    name: 'orders.holds_have_live_orders',
    rule: 'Stock is held only for orders that are neither cancelled nor expired.',
    sql: `SELECT hold.id FROM inventory.holds hold LEFT JOIN orders.orders o ON o.id = hold.reference
      WHERE hold.status IN ('held', 'firm') AND (o.id IS NULL OR o.status IN ('cancelled', 'expired'))`,
  },
  {
    name: 'orders.confirmed_have_stock',
    rule: 'Every line of a confirmed order has its stock, firm or already gone out.',
    sql: `SELECT line.order_id AS id FROM orders.lines line JOIN orders.orders o ON o.id = line.order_id
      LEFT JOIN inventory.holds hold
        ON hold.reference = line.order_id AND hold.sku = line.sku AND hold.status IN ('firm', 'consumed')
      WHERE o.status IN ${PAID}
      GROUP BY line.order_id, line.position HAVING coalesce(sum(hold.quantity), 0) <> max(line.quantity)`,
  },
  {
    name: 'orders.waiting_have_stock',
    rule: 'Every line of an order that waits for its payment, and may still be paid, has its stock held.',
    sql: `SELECT line.order_id AS id FROM orders.lines line JOIN orders.orders o ON o.id = line.order_id
      LEFT JOIN inventory.holds hold
        ON hold.reference = line.order_id AND hold.sku = line.sku AND hold.status IN ('held', 'firm')
      WHERE o.status = 'pending_payment' AND o.expires_at > now()
      GROUP BY line.order_id, line.position HAVING coalesce(sum(hold.quantity), 0) <> max(line.quantity)`,
  },
  {
    name: 'orders.holds_end_in_time',
    rule: 'No stock is held for longer than five minutes after its time, but for an order whose payment is not decided.',
    sql: `SELECT hold.id FROM inventory.holds hold JOIN orders.orders o ON o.id = hold.reference
      WHERE hold.status = 'held' AND hold.expires_at < now() - interval '5 minutes' AND o.status <> 'needs_attention'
        AND NOT EXISTS (SELECT FROM payments.payments payment
          WHERE payment.reference = o.id AND payment.status IN ('processing', 'authorized', 'succeeded'))`,
  },
  {
    name: 'orders.tell_of_their_money',
    rule: 'What an order says of its payment is what the payment says, after five minutes.',
    sql: `SELECT o.id FROM orders.orders o
      LEFT JOIN payments.payments payment ON payment.reference = o.id AND payment.status = 'succeeded'
      WHERE (payment.id IS NOT NULL OR o.payment_status IN ('partially_refunded', 'refunded'))
        AND o.status <> 'needs_attention' AND greatest(o.updated_at, payment.updated_at) < now() - interval '5 minutes'
        AND o.payment_status IS DISTINCT FROM CASE payment.refunded_minor
          WHEN 0 THEN 'paid' WHEN payment.amount_minor THEN 'refunded' ELSE 'partially_refunded' END`,
  },
  {
    name: 'orders.wait_for_a_payment',
    rule: 'An order says that its payment is under way only while one is, after five minutes.',
    sql: `SELECT o.id FROM orders.orders o
      WHERE o.payment_status = 'processing' AND o.status <> 'needs_attention' AND o.updated_at < now() - interval '5 minutes'
        AND NOT EXISTS (SELECT FROM payments.payments payment WHERE payment.reference = o.id
          AND (payment.status IN ('processing', 'authorized', 'succeeded') OR payment.updated_at > now() - interval '5 minutes'))`,
  },
  {
    name: 'orders.confirmed_are_paid',
    rule: 'A confirmed order that costs something has a payment that has succeeded, or is authorized; one that was let go may have been so for five minutes.',
    sql: `SELECT o.id FROM orders.orders o WHERE o.status IN ${PAID} AND o.total_minor > 0
      AND NOT EXISTS (SELECT FROM payments.payments payment WHERE payment.reference = o.id
        AND (payment.status IN ('authorized', 'succeeded')
          OR (payment.status = 'voided' AND payment.updated_at > now() - interval '5 minutes')))`,
  },
  {
    name: 'orders.payments_match',
    rule: 'Every payment that has succeeded belongs to an order of its amount, currency and buyer.',
    sql: `SELECT payment.id FROM payments.payments payment LEFT JOIN orders.orders o ON o.id = payment.reference
      WHERE payment.status = 'succeeded' AND (o.id IS NULL OR payment.amount_minor <> o.total_minor
        OR payment.currency <> o.currency OR payment.buyer_id <> o.buyer_id)`,
  },
  {
    name: 'orders.ended_orders_keep_no_money',
    rule: 'What was paid for an order that has ended is given back, or on its way back after five minutes, unless a person has resolved it.',
    sql: `SELECT o.id FROM orders.orders o JOIN payments.payments payment ON payment.reference = o.id
      WHERE o.status IN ('cancelled', 'expired') AND payment.status = 'succeeded'
        AND payment.refund_requested_minor < payment.amount_minor
        AND greatest(o.updated_at, payment.updated_at) < now() - interval '5 minutes'
        AND NOT EXISTS (SELECT FROM orders.timeline told
          WHERE told.order_id = o.id AND told.step = 'resolved' AND told.at >= payment.updated_at)`,
  },
  {
    name: 'orders.sales_are_posted',
    rule: 'Every order that is confirmed and paid is in the ledger as sold once, for its total and tax; what was never confirmed is not.',
    sql: `SELECT coalesce(o.id, sold.ref_id) AS id
      FROM (SELECT * FROM orders.orders WHERE status IN ${PAID} AND total_minor > 0
        AND payment_status IN ('paid', 'partially_refunded', 'refunded')) o
      FULL JOIN (
        SELECT posting.ref_id, sum(entry.amount_minor) FILTER (WHERE entry.account = 'customers') AS total_minor,
          -coalesce(sum(entry.amount_minor) FILTER (WHERE entry.account = 'tax:sales'), 0) AS tax_minor
        FROM payments.ledger_transactions posting JOIN payments.ledger_entries entry ON entry.transaction_id = posting.id
        WHERE posting.kind = 'sale' GROUP BY posting.ref_id
      ) sold ON sold.ref_id = o.id
      WHERE ((sold.ref_id IS NULL OR o.total_minor <> sold.total_minor OR o.tax_minor <> sold.tax_minor)
        OR (o.id IS NULL AND NOT EXISTS (
          SELECT FROM orders.timeline told WHERE told.order_id = sold.ref_id AND told.status = 'confirmed')))
        AND coalesce(o.id, sold.ref_id) <= ${BACKFILLED_SALES}`,
  },
  {
    name: 'orders.customers_owe_nothing',
    rule: 'At rest, what a customer has paid for an order is what was sold less what was credited or given back, unless a person has resolved it.',
    sql: `SELECT posting.reference AS id FROM payments.ledger_transactions posting
      JOIN payments.ledger_entries entry ON entry.transaction_id = posting.id AND entry.account = 'customers'
      JOIN orders.orders o ON o.id = posting.reference
      WHERE o.status NOT IN ('pending_payment', 'needs_attention')
        AND NOT EXISTS (SELECT FROM payments.payments payment JOIN payments.refunds refund ON refund.payment_id = payment.id
          WHERE payment.reference = o.id AND refund.status = 'processing')
        AND o.id <= ${BACKFILLED_SALES}
        AND NOT EXISTS (SELECT FROM payments.payments payment LEFT JOIN payments.refunds refund ON refund.payment_id = payment.id
          WHERE payment.reference = o.id AND (payment.id > (SELECT platform.backfilled_until('payments.captures'))
            OR refund.id > (SELECT platform.backfilled_until('payments.refunds'))))
      GROUP BY posting.reference, entry.currency
      HAVING sum(entry.amount_minor) <> 0 AND max(posting.posted_at) < now() - interval '5 minutes'
        AND NOT EXISTS (SELECT FROM orders.timeline told WHERE told.order_id = posting.reference
          AND told.step = 'resolved' AND told.at >= max(posting.posted_at))`,
  },
  {
    name: 'orders.end_in_time',
    rule: 'An order that is not paid in time expires, within five minutes of its time.',
    sql: `SELECT o.id FROM orders.orders o WHERE o.status = 'pending_payment' AND o.expires_at < now() - interval '5 minutes'
      AND NOT EXISTS (SELECT FROM payments.payments payment
        WHERE payment.reference = o.id AND payment.status IN ('processing', 'authorized', 'succeeded'))`,
  },
  {
    name: 'orders.checkouts_run',
    rule: 'Every order that waits for its payment has a checkout that sees to it.',
    sql: `SELECT o.id FROM orders.orders o
      WHERE o.status = 'pending_payment' AND NOT platform.is_saga_running('${CHECKOUT.name}', o.id)`,
  },
];
