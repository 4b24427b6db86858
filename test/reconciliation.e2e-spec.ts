import { randomUUID } from 'node:crypto';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { FORBIDDEN, NOT_FOUND, outcomeOf } from './support/outcome';
import { Shop } from './support/shop';

/** Each kind of difference is planted past the product, in its tables or at the gateway. Orders are 1,500. */
describe('reconciliation', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
    await shop.db.sql(`DELETE FROM platform.sagas`); // of the demo data, before anybody charges for it
    await shop.db.sql(`DELETE FROM payments.payments`);
    await shop.startWorker();
  });
  afterAll(() => shop.close());

  const buyPaid = async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    return { orderId: id as string, paymentId: payments[0].id as string };
  };
  const atGateway = (path: string, body: object) =>
    fetch(`${shop.gatewayUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    });
  const charge = (amount: number) => ({ amount: { amount, currency: 'USD' } });
  /** A run over today, followed to its end. @returns its differences */
  const reconcile = async () => {
    const admin = shop.as('admin');
    const asked = expectStatus(await admin.post('/payments/reconciliations', { days: 1 }), 202).body;
    expect(asked).toMatchObject({ provider: 'sandbox', status: 'requested' });
    const run = await eventually(
      async () => (await admin.get('/payments/reconciliations')).body.data[0],
      ({ id, status }) => id === asked.id && status === 'done',
      40_000,
    );
    const { data } = (await admin.get(`/payments/reconciliation-differences?reconciliationId=${run.id}&limit=100`))
      .body;
    expect(run.differences).toBe(data.length);
    return { run, found: data as Array<Record<string, any>> };
  };

  it('finds nothing where both agree, whatever became of the payments', async () => {
    const [paid, refunded] = [await buyPaid(), await buyPaid()];
    expectStatus(await shop.as('support').post(`/payments/${refunded.paymentId}/refunds`, { amount: 500 }), 202);
    await untilOrder(shop.as('support'), refunded.orderId, { paymentStatus: 'partially_refunded' });
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_declined')), 201).body;
    await untilOrder(buyer, id, { paymentStatus: 'failed' });
    const { run, found } = await reconcile();
    expect(found).toEqual([]);
    expect(run.charges).toBeGreaterThanOrEqual(3);
    expect(paid).toBeDefined();
  });

  it('reports each kind of difference, with both amounts, page by page, and moves no money', async () => {
    const payments = await Promise.all(Array.from({ length: 6 }, () => buyPaid()));
    const [amount, refundThere, refundHere, failed, unknown] = payments.map(({ paymentId }) => paymentId);
    await atGateway('/charges', { ...charge(777), method: 'tok_ok', reference: randomUUID() });
    // Enough to fill more than a page of the gateway's list.
    for (let n = 0; n < 100; n++) await atGateway('/charges', { ...charge(1), method: 'tok_declined', reference: 'x' });
    const [there] = await shop.chargesFor(payments[1]!.orderId);
    await atGateway(`/charges/${there?.id}/refunds`, charge(300));
    const change = (id: string | undefined, assignment: string) =>
      shop.db.sql(`UPDATE payments.payments SET ${assignment} WHERE id = $1`, [id]);
    await change(amount, 'amount_minor = 1400');
    await change(refundHere, 'refund_requested_minor = 200, refunded_minor = 200');
    await change(failed, `status = 'failed'`);
    const ghost = randomUUID();
    await shop.db.sql(
      `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency, status, provider_ref)
       SELECT uuidv7(), $2::uuid, buyer_id, provider, method, 1234, currency, 'succeeded', 'ch_ghost'
       FROM payments.payments WHERE id = $1`,
      [unknown, ghost],
    );
    const [{ id: ghostId } = { id: '' }] = await shop.db.sql<{ id: string }>(
      'SELECT id FROM payments.payments WHERE reference = $1',
      [ghost],
    );
    const before = await shop.db.sql('SELECT * FROM payments.payments ORDER BY id');
    const { found } = await reconcile();
    const seen = found.map(({ kind, paymentId, ours, theirs }) => [kind, paymentId, ours, theirs]);
    expect(seen.sort()).toEqual(
      [
        ['charge_without_payment', undefined, 0, 777],
        ['charge_without_payment', failed, 0, 1_500],
        ['amount_differs', amount, 1_400, 1_500],
        ['refund_differs', refundThere, 0, 300],
        ['refund_differs', refundHere, 200, 0],
        ['payment_without_charge', ghostId, 1_234, 0],
      ].sort(),
    );
    expect(await shop.db.sql('SELECT * FROM payments.payments ORDER BY id')).toEqual(before);
    expect(await shop.db.sql('SELECT * FROM payments.reconciliation_charges')).toEqual([]);
    const metrics = (await shop.api.get('/metrics')).body as string;
    expect(metrics).toMatch(/payments_reconciliation_differences\{provider="sandbox",kind="refund_differs"\} 2/);
    await eventually(
      async () => shop.worker?.log,
      (log) => log?.includes('payments.reconciliation.difference') ?? false,
    );
  });

  it('is one at a time, for who may read the ledger, of gateways in use', async () => {
    await shop.worker?.stop();
    const admin = shop.as('admin');
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin.post('/payments/reconciliations', {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('reconciliation_in_progress');
    expect(outcomeOf(await admin.post('/payments/reconciliations', { provider: 'stripe' }))).toEqual(NOT_FOUND);
    for (const role of ['customer', 'support', 'warehouse']) {
      const client = shop.as(role);
      expect(outcomeOf(await client.get('/payments/reconciliations'))).toEqual(FORBIDDEN);
      expect(outcomeOf(await client.get('/payments/reconciliation-differences'))).toEqual(FORBIDDEN);
      expect(outcomeOf(await client.post('/payments/reconciliations', {}))).toEqual(FORBIDDEN);
    }
  });

  it('runs by itself once a day, however many workers there are, and begins anew after one has died', async () => {
    await shop.db
      .sql(`UPDATE payments.reconciliations SET created_at = created_at - interval '2 days', status = 'failed'
      WHERE status <> 'done'`);
    await shop.db.sql(`UPDATE payments.reconciliations SET created_at = created_at - interval '2 days'`);
    await shop.db.sql(`UPDATE payments.payments SET created_at = created_at - interval '2 days'
      WHERE id = (SELECT min(id::text)::uuid FROM payments.payments)`);
    const workers = [await shop.startWorker(), await shop.startWorker()];
    const todays = () =>
      shop.db.sql<{ status: string }>(
        `SELECT status FROM payments.reconciliations WHERE created_at > now() - interval '1 day'`,
      );
    await eventually(todays, ([run]) => run?.status === 'done', 40_000);
    for (const worker of workers) await worker.stop();
    // As a worker that was killed leaves it, its lease over.
    await shop.db
      .sql(`UPDATE payments.reconciliations SET status = 'running', lease = uuidv7(), differences = 99, next_run_at = now()
      WHERE created_at > now() - interval '1 day'`);
    await shop.startWorker();
    const runs = await eventually(todays, ([run]) => run?.status === 'done', 40_000);
    expect(runs).toHaveLength(1);
    const [counted] = await shop.db.sql(
      `SELECT run.differences - (SELECT count(*) FROM payments.reconciliation_differences found
         WHERE found.reconciliation_id = run.id) AS surplus
       FROM payments.reconciliations run WHERE created_at > now() - interval '1 day'`,
    );
    expect(Number(counted?.['surplus'])).toBe(0);
  });
});
