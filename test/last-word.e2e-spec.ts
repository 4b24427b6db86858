import { randomUUID } from 'node:crypto';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { Shop } from './support/shop';

const LEVEL = 'inventory.stock_levels';
const PAYMENT = `payments.payments SET`;

/** Written past the product: what the tables themselves refuse, should the code above them ever ask for it. */
describe('the database has the last word', () => {
  let shop: Shop;
  /** What the statements are about: `$1`. */
  const about = { sku: '', order: '', paid: '', unpaid: '', event: '' };

  beforeAll(async () => {
    shop = await Shop.open();
    const buyer = shop.as('customer');
    about.sku = await putOnSale(shop, 5);
    const place = async () => {
      const { id } = expectStatus(await buyer.post('/orders', anOrder(about.sku, 2, 'tok_ok')), 201).body;
      const [payment] = (await buyer.get(`/orders/${id}/payments`)).body.data;
      return { id, payment };
    };
    const [first, second] = [await place(), await place()];
    const event = chargeEvent('charge.succeeded', first.payment);
    expectStatus(await sendEvent(shop, event), 200);
    Object.assign(about, { order: first.id, paid: first.payment.id, unpaid: second.payment.id, event: event.id });
    await shop.db.sql(`INSERT INTO platform.inbox (listener, event_id) VALUES ('somebody', $1)`, [first.id]);
  });
  afterAll(() => shop.close());

  const again = (table: string, columns: string, where: string) =>
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE ${where}`;

  it.each<[what: string, constraint: string, statement: string, about: keyof typeof about]>([
    [
      'more promised than there is',
      'stock_levels_never_oversold',
      `UPDATE ${LEVEL} SET reserved = 6 WHERE sku = $1`,
      'sku',
    ],
    [
      'less there than is promised',
      'stock_levels_never_oversold',
      `UPDATE ${LEVEL} SET on_hand = 3 WHERE sku = $1`,
      'sku',
    ],
    [
      'less than nothing promised',
      'stock_levels_never_oversold',
      `UPDATE ${LEVEL} SET reserved = -1 WHERE sku = $1`,
      'sku',
    ],
    [
      'an order that holds the same twice',
      'holds_one_live',
      again('inventory.holds', 'reference, sku, location_id, quantity, expires_at', 'reference = $1'),
      'order',
    ],
    [
      'a second live payment of an order',
      'payments_one_live',
      `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency)
       SELECT uuidv7(), reference, buyer_id, provider, method, amount_minor, currency FROM payments.payments
       WHERE reference = $1`,
      'order',
    ],
    [
      'more set aside for refunds than was paid',
      'payments_never_over_refunded',
      `UPDATE ${PAYMENT} refund_requested_minor = amount_minor + 1 WHERE id = $1`,
      'paid',
    ],
    [
      'more given back than was set aside',
      'payments_never_over_refunded',
      `UPDATE ${PAYMENT} refunded_minor = 1 WHERE id = $1`,
      'paid',
    ],
    [
      'a refund of what was not paid',
      'payments_refund_only_succeeded',
      `UPDATE ${PAYMENT} refund_requested_minor = 1 WHERE id = $1`,
      'unpaid',
    ],
    [
      'an event of the gateway twice',
      'gateway_events_pkey',
      again('payments.gateway_events', 'provider, event_id, type, payload', 'event_id = $1'),
      'event',
    ],
    [
      'an order with two checkouts',
      'sagas_pkey',
      again('platform.sagas', 'name, key, step, next_run_at', 'key = $1'),
      'order',
    ],
    [
      'an event that a listener handles twice',
      'inbox_pkey',
      again('platform.inbox', 'listener, event_id', 'event_id = $1'),
      'order',
    ],
    [
      'a total that does not add up',
      'orders_total_adds_up',
      'UPDATE orders.orders SET total_minor = total_minor - 1 WHERE id = $1',
      'order',
    ],
    [
      'an amount below zero',
      'orders_no_amount_negative',
      'UPDATE orders.orders SET subtotal_minor = -1, total_minor = total_minor - subtotal_minor - 1 WHERE id = $1',
      'order',
    ],
    [
      'a line that does not add up',
      'lines_total_adds_up',
      'UPDATE orders.lines SET total_minor = total_minor - 1 WHERE order_id = $1',
      'order',
    ],
  ])('against %s', async (_what, constraint, statement, key) => {
    await expect(shop.db.sql(statement, [about[key]])).rejects.toMatchObject({ constraint });
  });

  it.each<[constraint: string, statement: string, about: keyof typeof about]>([
    ['orders_status_check', `UPDATE orders.orders SET status = 'none' WHERE id = $1`, 'order'],
    ['orders_payment_status_check', `UPDATE orders.orders SET payment_status = 'none' WHERE id = $1`, 'order'],
    ['holds_status_check', `UPDATE inventory.holds SET status = 'none' WHERE reference = $1`, 'order'],
    ['sagas_status_check', `UPDATE platform.sagas SET status = 'none' WHERE key = $1`, 'order'],
    ['sagas_parked_from_check', `UPDATE platform.sagas SET parked_from = 'none' WHERE key = $1`, 'order'],
    ['payments_status_check', `UPDATE ${PAYMENT} status = 'none' WHERE id = $1`, 'paid'],
    ['payments_capture_check', `UPDATE ${PAYMENT} capture = 'none' WHERE id = $1`, 'paid'],
    ['payments_wanted_check', `UPDATE ${PAYMENT} wanted = 'none' WHERE id = $1`, 'paid'],
    [
      'ledger_transactions_kind_check',
      `INSERT INTO payments.ledger_transactions (kind, ref_id, reference) VALUES ('none', $1, $1)`,
      'paid',
    ],
  ])('against a word that is not in its list: %s', async (constraint, statement, key) => {
    await expect(shop.db.sql(statement, [about[key]])).rejects.toMatchObject({ constraint });
  });

  it('against a key with two answers', async () => {
    const scope = randomUUID();
    const answer = () =>
      shop.db.sql(
        `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body) VALUES ($1, 'key', '', 201, '')`,
        [scope],
      );
    await answer();
    await expect(answer()).rejects.toMatchObject({ constraint: 'idempotency_keys_pkey' });
  });
});
