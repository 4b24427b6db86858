import { Client } from 'pg';
import { collectedChecks, runChecks } from '@platform/books';
import type { ApiClient } from './support/api-client';
import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { postedAbout } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';

/** More than two batches. */
const COPIES = 450;

/** What a database knows that was in use before there was a ledger. */
const FORGET_THE_LEDGER = [
  'SET session_replication_role = replica',
  'DELETE FROM payments.ledger_balances',
  'DELETE FROM payments.ledger_entries',
  'DELETE FROM payments.ledger_transactions',
  'DELETE FROM payments.ledger_accounts',
  'DELETE FROM platform.backfills',
  'RESET session_replication_role',
];

/** Copies an order with all that belongs to it; a cancelled one, as it has no stock. */
const COPY = `
  WITH copy AS MATERIALIZED (SELECT n, uuidv7() AS order_id, uuidv7() AS payment_id FROM generate_series(1, $2::int) n),
  placed AS (
    INSERT INTO orders.orders SELECT made.* FROM copy, orders.orders o, jsonb_populate_record(NULL::orders.orders,
      to_jsonb(o) || jsonb_build_object('id', order_id, 'number', 'COPY-' || n)) made WHERE o.id = $1
  ), lined AS (
    INSERT INTO orders.lines SELECT made.* FROM copy, orders.lines line, jsonb_populate_record(NULL::orders.lines,
      to_jsonb(line) || jsonb_build_object('order_id', copy.order_id)) made WHERE line.order_id = $1
  ), told AS (
    INSERT INTO orders.timeline SELECT made.* FROM copy, orders.timeline told, jsonb_populate_record(NULL::orders.timeline,
      to_jsonb(told) || jsonb_build_object('order_id', copy.order_id)) made WHERE told.order_id = $1
  ), paid AS (
    INSERT INTO payments.payments SELECT made.* FROM copy, payments.payments payment,
      jsonb_populate_record(NULL::payments.payments,
        to_jsonb(payment) || jsonb_build_object('id', payment_id, 'reference', order_id)) made WHERE payment.reference = $1
  ), audited AS (
    INSERT INTO platform.audit_events SELECT made.* FROM copy, payments.payments payment, platform.audit_events audit,
      jsonb_populate_record(NULL::platform.audit_events, to_jsonb(audit) || jsonb_build_object('id', uuidv7(), 'resource_id',
        CASE audit.resource_id WHEN $1::text THEN copy.order_id ELSE copy.payment_id END)) made
    WHERE payment.reference = $1::uuid AND audit.resource_id IN ($1::text, payment.id::text)
  )
  INSERT INTO payments.refunds SELECT made.* FROM copy, payments.payments payment
    JOIN payments.refunds refund ON refund.payment_id = payment.id, jsonb_populate_record(NULL::payments.refunds,
      to_jsonb(refund) || jsonb_build_object('id', uuidv7(), 'payment_id', copy.payment_id)) made WHERE payment.reference = $1`;

const AGE_THE_LEDGER = `
  WITH aged AS MATERIALIZED (SELECT id, uuidv7(interval '-1 hour') AS older FROM payments.ledger_transactions),
  entries AS (
    UPDATE payments.ledger_entries entry SET transaction_id = aged.older FROM aged WHERE entry.transaction_id = aged.id
  )
  UPDATE payments.ledger_transactions posting SET id = aged.older FROM aged WHERE posting.id = aged.id`;

/** Of the first order that was refunded. */
const UNPOST_A_CAPTURE = `
  WITH gone AS (
    DELETE FROM payments.ledger_transactions WHERE kind = 'capture'
      AND ref_id = (SELECT id FROM payments.payments WHERE refunded_minor > 0 ORDER BY id LIMIT 1) RETURNING id
  )
  DELETE FROM payments.ledger_entries entry USING gone WHERE entry.transaction_id = gone.id`;

const REFUNDED = ['capture', 'credit_note', 'refund', 'sale'];

describe('the ledger of a database that is older than it', () => {
  let shop: Shop;
  let buyer: ApiClient;
  let sku: string;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true, settings: { PAYMENT_CAPTURE: 'manual' } });
    buyer = shop.as('customer');
    sku = await putOnSale(shop, 50);
  });
  afterAll(() => shop.close());

  const buy = async () => {
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    return { id: id as string, paymentId: payments[0].id as string };
  };
  const buyPaid = async () => {
    const bought = await buy();
    expectStatus(await shop.as('support').post(`/payments/${bought.paymentId}/capture`), 202);
    await untilOrder(buyer, bought.id, { paymentStatus: 'paid' });
    return bought;
  };
  const refund = async (amount?: number) => {
    const { id, paymentId } = await buyPaid();
    expectStatus(await shop.as('support').post(`/payments/${paymentId}/refunds`, { amount }), 202);
    return id;
  };
  const cancel = async ({ id }: { id: string }) => {
    expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
    return id;
  };
  const kindsOf = async (id: string) => (await postedAbout(shop.db, id)).map(([kind]) => kind).sort();
  const untilPosted = (id: string, kinds: string[]) =>
    eventually(
      () => kindsOf(id),
      (posted) => posted.join() === kinds.join(),
    );
  const counted = async () =>
    Object.fromEntries(
      (
        await shop.db.sql<{ kind: string; count: number }>(
          'SELECT kind, count(*)::int AS count FROM payments.ledger_transactions GROUP BY kind ORDER BY kind',
        )
      ).map(({ kind, count }) => [kind, count]),
    );
  const inOrder = async (ids: string[]) =>
    Promise.all(ids.map(async (id) => (await postedAbout(shop.db, id)).map((lines) => JSON.stringify(lines)).sort()));

  /** As if the backfills were under way for longer than five minutes: what they have come by is judged, and nothing else. */
  const expectOnlyWhatIsBehindToBeJudged = async () => {
    const client = new Client({ connectionString: shop.db.url });
    await client.connect();
    const broken = async () =>
      (await runChecks(client, collectedChecks(), 5)).filter(({ count }) => count !== 0).map(({ name }) => name);
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL session_replication_role = replica');
      await client.query('DELETE FROM payments.ledger_balances');
      await client.query(AGE_THE_LEDGER);
      expect(await broken()).toEqual([]);
      await client.query(UNPOST_A_CAPTURE);
      expect(await broken()).toEqual(
        expect.arrayContaining(['payments.captures_are_posted', 'orders.customers_owe_nothing']),
      );
    } finally {
      await client.end();
    }
  };

  it('is written by the worker in batches, goes on after a kill, and posts nothing twice', async () => {
    const authorized = (await buy()).id;
    const voided = await cancel(await buy());
    await untilOrder(buyer, voided, { paymentStatus: 'unpaid' });
    const paid = (await buyPaid()).id;
    const refunded = await refund(333);
    const cancelled = await cancel(await buyPaid());
    await untilPosted(paid, ['capture', 'sale']);
    for (const id of [refunded, cancelled]) await untilPosted(id, REFUNDED);
    const ids = [authorized, voided, paid, refunded, cancelled];
    const before = await inOrder(ids);
    await shop.worker?.stop();
    const whole = Object.entries(await counted()).map(([kind, count]) => [kind, count + COPIES]);
    await shop.db.sql(COPY, [cancelled, COPIES]);
    for (const statement of FORGET_THE_LEDGER) await shop.db.sql(statement);

    await (await shop.startWorker({}, 'database.before_commit payments.captures:2:SIGKILL')).untilEnded();
    expect(await counted()).toMatchObject({ capture: 200 - 2 }); // the second batch is as if it had never been
    await expectOnlyWhatIsBehindToBeJudged();
    await (await shop.startWorker({}, 'database.after_commit orders.sales:3:SIGKILL')).untilEnded();
    const [other] = await Promise.all([shop.startWorker(), shop.startWorker()]);
    await eventually(
      () => shop.db.sql('SELECT FROM platform.backfills WHERE passes_left = 1'),
      (ended) => ended.length === 3,
    );
    expect(await counted()).toEqual(Object.fromEntries(whole));
    expect(await inOrder(ids)).toEqual(before);
    await other.stop();
    await expectBooksEmpty(shop);
  });

  it('is gone through once more an hour later, for what the version before has written meanwhile', async () => {
    await shop.worker?.stop();
    const before = await counted();
    const [late] = await shop.db.sql<{ reference: string }>(`SELECT reference FROM payments.payments LIMIT 1 OFFSET 7`);
    await shop.db.sql('SET session_replication_role = replica');
    await shop.db.sql(
      `WITH gone AS (DELETE FROM payments.ledger_transactions WHERE reference = $1 RETURNING id)
       DELETE FROM payments.ledger_entries entry USING gone WHERE entry.transaction_id = gone.id`,
      [late?.reference],
    );
    await shop.db.sql('RESET session_replication_role');
    await shop.db.sql('UPDATE platform.backfills SET next_at = now()');
    await shop.startWorker();
    await eventually(
      () => shop.db.sql('SELECT FROM platform.backfills WHERE passes_left = 0'),
      (ended) => ended.length === 3,
    );
    expect(await kindsOf(late!.reference)).toEqual(REFUNDED);
    expect(await counted()).toEqual(before);
    await expectBooksEmpty(shop);
  });
});
