/** What a corruption may break: the state that `test/books.e2e-spec.ts` has made through the product. */
export interface Ledgered {
  sku: string;
  /** Confirmed, two pieces. */
  paidOrder: string;
  /** Of the confirmed order. */
  payment: string;
  /** Confirmed, a part of it given back. */
  refundedOrder: string;
  refund: string;
  /** Waits for its payment, with its stock held. */
  openOrder: string;
  user: string;
}

/** An event of the database, with the moment that is part of its key. */
const ANY_EVENT = `(SELECT id, occurred_at FROM platform.outbox_events ORDER BY id LIMIT 1)`;

const postingOf = (kind: string, refId: string) =>
  `(SELECT id FROM payments.ledger_transactions WHERE kind = '${kind}' AND ref_id = '${refId}')`;
const unpost = (kind: string, refId: string) => [
  `DELETE FROM payments.ledger_entries WHERE transaction_id = ${postingOf(kind, refId)}`,
  `DELETE FROM payments.ledger_transactions WHERE kind = '${kind}' AND ref_id = '${refId}'`,
];
const audited = (order: string, action: string) =>
  `INSERT INTO platform.audit_events (id, action, resource, resource_id) VALUES (uuidv7(), '${action}', 'order', '${order}')`;
/** An order tells of the status that it was given, in its timeline and in the audit log. */
const tell = (order: string, status: string) => [
  `INSERT INTO orders.timeline (order_id, version, step, status, payment_status)
   SELECT id, version, 'corrupted', status, payment_status FROM orders.orders WHERE id = '${order}'`,
  audited(order, `orders.${status}`),
];
const forgetAudit = (condition: string) => `DELETE FROM platform.audit_events WHERE ${condition}`;

/**
 * For each check what breaks its rule and no other's: SQL past the triggers and keys, in a transaction that is rolled
 * back. Constraints that would not let it happen are taken away first; that they exist is what the check is for as well.
 */
export const CORRUPTIONS: Record<string, (given: Ledgered) => string[]> = {
  'inventory.on_hand_equals_movements': ({ sku }) => [
    `UPDATE inventory.stock_levels SET on_hand = on_hand + 1 WHERE sku = '${sku}'`,
  ],
  'inventory.reserved_equals_holds': ({ sku }) => [
    `UPDATE inventory.stock_levels SET reserved = reserved - 1 WHERE sku = '${sku}'`,
  ],
  'inventory.nothing_oversold': ({ sku }) => [
    'ALTER TABLE inventory.stock_levels DROP CONSTRAINT stock_levels_never_oversold',
    `INSERT INTO inventory.movements (sku, location_id, delta, reason)
     SELECT sku, location_id, -on_hand, 'damage' FROM inventory.stock_levels WHERE sku = '${sku}'`,
    `UPDATE inventory.stock_levels SET on_hand = 0 WHERE sku = '${sku}'`,
  ],
  'inventory.one_live_hold': ({ paidOrder }) => [
    'DROP INDEX inventory.holds_one_live',
    `UPDATE inventory.holds SET quantity = 1 WHERE reference = '${paidOrder}'`,
    `INSERT INTO inventory.holds (reference, sku, location_id, quantity, status, expires_at)
     SELECT reference, sku, location_id, quantity, status, expires_at FROM inventory.holds WHERE reference = '${paidOrder}'`,
  ],
  'catalog.products_have_stock': () => [
    `INSERT INTO catalog.products (sku, name, description, price_minor, currency, status)
     VALUES ('NO-STOCK', 'Nowhere', 'Nowhere', 1, 'USD', 'draft')`,
  ],
  'users.one_live_refresh_token': ({ user }) => [
    `INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at)
     SELECT '\\x01', id, expires_at FROM users.sessions WHERE user_id = '${user}'`,
  ],
  'users.deleted_users_are_signed_out': ({ user }) => [
    `UPDATE users.users SET deleted_at = now() - interval '1 hour' WHERE id = '${user}'`,
  ],
  'users.one_account_per_email': ({ user }) => [
    'DROP INDEX users.users_email_unique',
    `INSERT INTO users.users (email, password_hash, first_name, last_name, roles)
     SELECT upper(email), password_hash, first_name, last_name, roles FROM users.users WHERE id = '${user}'`,
  ],
  'notifications.sent_once': ({ user }) => [
    'ALTER TABLE notifications.mails DROP CONSTRAINT mails_dedupe_key_key',
    `INSERT INTO notifications.mails (dedupe_key, kind, user_id, sent_at)
     VALUES ('twice', 'test', '${user}', now()), ('twice', 'test', '${user}', now())`,
  ],
  'payments.cash_is_what_moved': ({ payment }) => [
    `UPDATE payments.ledger_entries SET account = 'revenue:sales'
     WHERE transaction_id = ${postingOf('capture', payment)} AND account LIKE 'cash:%'`,
  ],
  'orders.waiting_have_stock': ({ openOrder, sku }) => [
    `UPDATE inventory.holds SET status = 'released' WHERE reference = '${openOrder}'`,
    `UPDATE inventory.stock_levels SET reserved = reserved - 2 WHERE sku = '${sku}'`,
  ],
  'orders.holds_end_in_time': ({ openOrder }) => [
    `UPDATE inventory.holds SET expires_at = now() - interval '1 hour' WHERE reference = '${openOrder}'`,
  ],
  'orders.tell_of_their_money': ({ paidOrder, payment }) => [
    `UPDATE orders.orders SET payment_status = 'refunded', updated_at = now() - interval '1 hour' WHERE id = '${paidOrder}'`,
    `UPDATE orders.timeline SET payment_status = 'refunded' WHERE order_id = '${paidOrder}'
       AND version = (SELECT version FROM orders.orders WHERE id = '${paidOrder}')`,
    `UPDATE payments.payments SET updated_at = now() - interval '1 hour' WHERE id = '${payment}'`,
  ],
  'payments.one_live_payment': ({ payment }) => [
    'DROP INDEX payments.payments_one_live',
    `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency)
     SELECT uuidv7(), reference, buyer_id, provider, method, amount_minor, currency
     FROM payments.payments WHERE id = '${payment}'`,
  ],
  'payments.refunds_add_up': ({ payment }) => [
    `UPDATE payments.payments SET refund_requested_minor = 1 WHERE id = '${payment}'`,
  ],
  'payments.answers_name_refunds': ({ refund }) => [
    `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body)
     SELECT scope, 'another', fingerprint, status, body FROM platform.idempotency_keys
     WHERE status = 202 AND body::jsonb ->> 'id' = '${refund}'`,
  ],
  'payments.outcomes_are_audited': ({ payment }) => [
    forgetAudit(`resource_id = '${payment}' AND action = 'payments.succeeded'`),
  ],
  'payments.outcomes_are_known': ({ payment, openOrder }) => [
    `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency, created_at)
     SELECT uuidv7(), '${openOrder}', buyer_id, provider, method, amount_minor, currency, now() - interval '2 hours'
     FROM payments.payments WHERE id = '${payment}'`,
  ],
  'payments.decisions_are_done': ({ payment, openOrder }) => [
    `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency, status, wanted, calls)
     SELECT '01900000-0000-7000-8000-0000000000aa', '${openOrder}', buyer_id, provider, method, amount_minor, currency,
       'authorized', 'void', 100 FROM payments.payments WHERE id = '${payment}'`,
    `INSERT INTO platform.audit_events (id, action, resource, resource_id)
     VALUES (uuidv7(), 'payments.authorized', 'payment', '01900000-0000-7000-8000-0000000000aa')`,
  ],
  'payments.captures_are_posted': ({ payment }) => unpost('capture', payment),
  'payments.refunds_are_posted': ({ refund }) => unpost('refund', refund),
  'payments.ledger_balances': ({ refund }) => [
    `UPDATE payments.ledger_entries SET amount_minor = amount_minor + 1
     WHERE transaction_id = ${postingOf('credit_note', refund)} AND account = 'revenue:returns'`,
  ],
  'payments.ledger_is_whole': ({ refund }) => [
    `UPDATE payments.ledger_entries SET account = 'nowhere'
     WHERE transaction_id = ${postingOf('credit_note', refund)} AND account = 'revenue:returns'`,
  ],
  'payments.closed_balances_agree': () => [
    `INSERT INTO payments.ledger_balances (account, currency, balance_minor, closed_before)
     VALUES ('customers', 'USD', 1, '00000000-0000-0000-0000-000000000000')`,
  ],
  'orders.totals_add_up': ({ openOrder }) => [
    `UPDATE orders.lines SET tax_minor = tax_minor + 1 WHERE order_id = '${openOrder}'`,
    `UPDATE orders.orders SET tax_minor = tax_minor + 1, total_minor = total_minor + 1 WHERE id = '${openOrder}'`,
  ],
  'orders.timeline_is_whole': ({ openOrder }) => [`DELETE FROM orders.timeline WHERE order_id = '${openOrder}'`],
  'orders.moves_are_allowed': ({ paidOrder }) => [
    `UPDATE orders.timeline SET status = 'shipped' WHERE order_id = '${paidOrder}' AND version = 1`,
    audited(paidOrder, 'orders.shipped'),
  ],
  'orders.moves_are_audited': ({ paidOrder }) => [
    forgetAudit(`resource_id = '${paidOrder}' AND action = 'orders.confirmed'`),
  ],
  'orders.answers_name_orders': ({ openOrder, user }) => [
    `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body)
     SELECT '${user}', 'of none', fingerprint, status, replace(body, '${openOrder}', uuidv7()::text)
     FROM platform.idempotency_keys WHERE status = 201 AND body::jsonb ->> 'id' = '${openOrder}'`,
  ],
  'orders.holds_have_live_orders': ({ openOrder, sku }) => [
    `INSERT INTO inventory.holds (reference, sku, location_id, quantity, status, expires_at)
     SELECT uuidv7(), sku, location_id, quantity, status, expires_at FROM inventory.holds WHERE reference = '${openOrder}'`,
    `UPDATE inventory.stock_levels SET reserved = reserved + 2 WHERE sku = '${sku}'`,
  ],
  'orders.confirmed_have_stock': ({ paidOrder }) => [
    `UPDATE inventory.holds SET status = 'held' WHERE reference = '${paidOrder}'`,
  ],
  'orders.wait_for_a_payment': ({ openOrder }) => [
    `UPDATE orders.orders SET payment_status = 'processing', updated_at = now() - interval '1 hour' WHERE id = '${openOrder}'`,
    `UPDATE orders.timeline SET payment_status = 'processing' WHERE order_id = '${openOrder}'
       AND version = (SELECT version FROM orders.orders WHERE id = '${openOrder}')`,
  ],
  'orders.confirmed_are_paid': ({ openOrder }) => [
    `UPDATE orders.orders SET status = 'confirmed', payment_status = 'paid', version = version + 1 WHERE id = '${openOrder}'`,
    ...tell(openOrder, 'confirmed'),
    `UPDATE inventory.holds SET status = 'firm' WHERE reference = '${openOrder}'`,
    `WITH sold AS (
       INSERT INTO payments.ledger_transactions (kind, ref_id, reference) VALUES ('sale', '${openOrder}', '${openOrder}')
       RETURNING id
     )
     INSERT INTO payments.ledger_entries (transaction_id, position, account, currency, amount_minor)
     SELECT sold.id, line.position, line.account, 'USD', line.amount FROM sold, orders.orders o,
       LATERAL (VALUES (1, 'customers', o.total_minor), (2, 'tax:sales', -o.tax_minor),
         (3, 'revenue:sales', o.tax_minor - o.total_minor)) AS line (position, account, amount)
     WHERE o.id = '${openOrder}' AND line.amount <> 0`,
  ],
  'orders.payments_match': ({ payment }) => [
    `UPDATE payments.payments SET buyer_id = uuidv7() WHERE id = '${payment}'`,
  ],
  'orders.ended_orders_keep_no_money': ({ paidOrder, payment }) => [
    `UPDATE orders.orders SET status = 'cancelled', version = version + 1, updated_at = now() - interval '1 hour'
     WHERE id = '${paidOrder}'`,
    ...tell(paidOrder, 'cancelled'),
    `UPDATE payments.payments SET updated_at = now() - interval '1 hour' WHERE id = '${payment}'`,
    `UPDATE inventory.stock_levels level SET reserved = level.reserved - hold.quantity
     FROM inventory.holds hold WHERE hold.reference = '${paidOrder}' AND level.sku = hold.sku`,
    `UPDATE inventory.holds SET status = 'released' WHERE reference = '${paidOrder}'`,
  ],
  'orders.sales_are_posted': ({ paidOrder }) => unpost('sale', paidOrder),
  'orders.customers_owe_nothing': ({ paidOrder, refund }) => [
    `WITH aged AS MATERIALIZED (
       SELECT id, uuidv7(interval '-1 hour') AS older FROM payments.ledger_transactions WHERE reference = '${paidOrder}'
     ), entries AS (
       UPDATE payments.ledger_entries entry SET transaction_id = aged.older FROM aged WHERE entry.transaction_id = aged.id
     )
     UPDATE payments.ledger_transactions posting SET id = aged.older FROM aged WHERE posting.id = aged.id`,
    `WITH odd AS (
       INSERT INTO payments.ledger_transactions (id, kind, ref_id, reference)
       VALUES (uuidv7(interval '-1 hour'), 'gateway_fee', '${refund}', '${paidOrder}') RETURNING id
     )
     INSERT INTO payments.ledger_entries (transaction_id, position, account, currency, amount_minor)
     SELECT id, 1, 'customers', 'USD', 5 FROM odd UNION ALL SELECT id, 2, 'cash:sandbox', 'USD', -5 FROM odd`,
  ],
  'orders.end_in_time': ({ openOrder }) => [
    `UPDATE orders.orders SET expires_at = now() - interval '1 hour' WHERE id = '${openOrder}'`,
  ],
  'orders.checkouts_run': ({ openOrder }) => [`UPDATE platform.sagas SET status = 'done' WHERE key = '${openOrder}'`],
  'platform.events_are_routed': () => [
    `WITH old AS (
       INSERT INTO platform.outbox_events (id, name, version, payload, occurred_at)
       VALUES (uuidv7(), 'test.old', 1, '{}', now() - interval '2 minutes') RETURNING id, occurred_at
     ) INSERT INTO platform.outbox_queue SELECT id, occurred_at FROM old`,
  ],
  'platform.deliveries_are_made': () => [
    `INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at, not_before)
     SELECT 'test', id, occurred_at, now() - interval '1 hour' FROM ${ANY_EVENT}`,
  ],
  'platform.waiting_events_exist': () => [
    `INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at) VALUES ('test', uuidv7(), now())`,
  ],
  'platform.dead_letters_are_final': () => [
    `INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at) SELECT 'test', id, occurred_at FROM ${ANY_EVENT}`,
    `INSERT INTO platform.outbox_dead_letters (listener, event_id, occurred_at, attempts, reason)
     SELECT 'test', id, occurred_at, 12, 'for a test' FROM ${ANY_EVENT}`,
  ],
  'platform.handled_once': () => [
    `INSERT INTO platform.outbox_deliveries (listener, event_id, occurred_at) SELECT 'test', id, occurred_at FROM ${ANY_EVENT}`,
    `INSERT INTO platform.inbox (listener, event_id, handled_at) SELECT 'test', id, now() - interval '1 hour' FROM ${ANY_EVENT}`,
  ],
  'platform.sagas_run': ({ openOrder }) => [
    `UPDATE platform.sagas SET next_run_at = now() - interval '1 hour' WHERE key = '${openOrder}'`,
  ],
  'platform.keys_have_one_effect': ({ openOrder }) => [
    `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body)
     SELECT scope, 'another', fingerprint, status, body FROM platform.idempotency_keys
     WHERE status = 201 AND body::jsonb ->> 'id' = '${openOrder}'`,
  ],
  'platform.keys_are_forgotten': ({ user }) => [
    `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body, created_at)
     VALUES ('${user}', 'old', '\\x00', 200, '{}', now() - interval '74 hours')`,
  ],
};
