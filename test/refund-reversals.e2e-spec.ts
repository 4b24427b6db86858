import { expectBooksEmpty } from './support/books';
import { auditOf, eventsNamed } from './support/events';
import { eventually } from './support/eventually';
import { balancesOf, postedAbout } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';
import { StripeServer } from './support/stripe/stripe-server';

/** 1,000 and 500 for shipping. */
const PRICE = 1_500;
const CODE = 'expired_or_canceled_card';

/** Banks return money days after the gateway has called a refund a success: the gateway's word is Stripe's, on its wire. */
describe('a refund that comes back', () => {
  let shop: Shop;
  let stripe: StripeServer;

  beforeAll(async () => {
    stripe = await StripeServer.listen(3_000);
    shop = await Shop.open({ worker: true, settings: { PAYMENT_PROVIDER: 'stripe', ...stripe.settings } });
    stripe.events.url = `http://127.0.0.1:${shop.port}/api/v1/webhooks/payments/stripe`;
  });
  beforeEach(() => {
    stripe.events.isWanted = () => true;
  });
  afterAll(async () => {
    await shop.close();
    stripe.close();
  });

  const buy = async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_visa')), 201).body;
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    return { buyer, id: id as string, paymentId: payments[0].id as string };
  };
  /** Cancelled, its money given back by its first refund, and its cancellation ended. */
  const buyAndCancel = async () => {
    const bought = await buy();
    const { buyer, id, paymentId } = bought;
    expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'refunded' });
    const refunds = await shop.db.sql<{ id: string }>('SELECT id FROM payments.refunds WHERE payment_id = $1', [
      paymentId,
    ]);
    await eventually(
      () =>
        shop.db.sql(`SELECT FROM platform.sagas WHERE name = 'cancellation' AND key = $1 AND status = 'done'`, [id]),
      (done) => done.length === 1,
    );
    return { ...bought, first: refunds[0] as { id: string } };
  };
  const refund = async (paymentId: string, amount?: number) =>
    expectStatus(await shop.as('support').post(`/payments/${paymentId}/refunds`, { amount }), 202).body.id as string;
  const atStripe = (refundId: string) =>
    eventually(
      async () => [...stripe.account.refunds.values()].find(({ metadata }) => metadata['refund_id'] === refundId)!,
      (made) => made !== undefined,
    );
  const sumsOf = async (paymentId: string) =>
    (
      await shop.db.sql(
        `SELECT p.refunded_minor::int AS refunded, p.refund_requested_minor::int AS requested,
           array_agg(r.status || coalesce(' ' || r.failure_code, '') ORDER BY r.id) AS refunds
         FROM payments.payments p JOIN payments.refunds r ON r.payment_id = p.id WHERE p.id = $1 GROUP BY p.id`,
        [paymentId],
      )
    )[0];
  const untilReversed = (refundId: string) =>
    eventually(
      () => eventsNamed(shop, 'payments.refund_reversed', { refundId }),
      (found) => found.length > 0,
    );
  const untilPosted = (id: string, kind: string) =>
    eventually(
      async () => (await postedAbout(shop.db, id)).map(([posted]) => posted),
      (kinds) => kinds.includes(kind),
    );

  it('is taken out of payment, order and ledger, once, and its money can be given back again', async () => {
    const { buyer, id, paymentId } = await buy();
    const lost = await refund(paymentId, 400);
    await untilOrder(buyer, id, { paymentStatus: 'partially_refunded' });
    const kept = await refund(paymentId, 100);
    await eventually(
      () => sumsOf(paymentId),
      (sums) => sums?.['refunded'] === 500,
    );
    await eventually(
      () => balancesOf(shop.db, id),
      (balances) => balances['revenue:returns'] === 500,
    );
    stripe.account.endRefund((await atStripe(lost)).id, 'failed');
    const [announced] = await untilReversed(lost);
    expect(announced?.payload).toEqual({
      ...{ paymentId, reference: id, refundId: lost, failureCode: CODE, refundedMinor: 100, amountMinor: PRICE },
    });
    await untilPosted(id, 'credit_note_reversal');
    expect(await sumsOf(paymentId)).toEqual({
      refunded: 100,
      requested: 100,
      refunds: [`failed ${CODE}`, 'succeeded'],
    });
    expect(await balancesOf(shop.db, id)).toEqual({
      ...{ 'cash:stripe': 1_400, 'revenue:sales': -1_000, 'revenue:shipping': -500, 'revenue:returns': 100 },
    });
    const reversals = (await postedAbout(shop.db, id)).filter(([kind]) => kind.endsWith('_reversal'));
    expect(reversals).toEqual([
      ['refund_reversal', ['customers', -400], ['cash:stripe', 400]],
      ['credit_note_reversal', ['revenue:returns', -400], ['customers', 400]],
    ]);
    expect((await buyer.get(`/orders/${id}`)).body).toMatchObject({ paymentStatus: 'partially_refunded' });
    const { data } = (await buyer.get(`/orders/${id}/timeline`)).body;
    expect(data.at(-1)).toMatchObject({ step: 'refund_reversed', detail: `${CODE}; 100 of 1500 minor units` });
    expect(await auditOf(shop, paymentId)).toContainEqual(
      expect.objectContaining({
        action: 'payments.refund_reversed',
        after: { refundId: lost, failureCode: CODE, refundedMinor: 100 },
      }),
    );
    await eventually(
      async () => shop.worker?.log.includes('"orders.refund_reversed"'), // an error in the log is what alarms stand on
      Boolean,
    );
    // Stripe tells it three times, in events of their own, and its older word may come last.
    stripe.events.announce('refund.updated', { ...(await atStripe(lost)), status: 'succeeded' });
    await eventually(
      () => shop.db.sql('SELECT FROM payments.gateway_events WHERE payload @> $1', [payloadAbout(lost)]),
      (events) => events.length === 5, // made, failed three times over, and the older word
    );
    expect(await eventsNamed(shop, 'payments.refund_reversed', { refundId: lost })).toHaveLength(1);
    expect(await sumsOf(paymentId)).toMatchObject({ refunded: 100, requested: 100 });

    await refund(paymentId);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(stripe.account.refundedOf((await atStripe(kept)).payment_intent)).toBe(PRICE);
    await eventually(
      () => balancesOf(shop.db, id),
      (balances) => balances['revenue:returns'] === PRICE,
    );
    await expectBooksEmpty(shop);
  });

  const payloadAbout = (refundId: string) =>
    JSON.stringify({ data: { object: { object: 'refund', metadata: { refund_id: refundId } } } });

  it('of an order that has ended stops its cancellation for a person, who lets it be made anew', async () => {
    const { buyer, id, paymentId, first } = await buyAndCancel();
    stripe.account.endRefund((await atStripe(first.id)).id, 'failed');
    const admin = shop.as('admin');
    const parked = await eventually(
      async () =>
        (await admin.get('/sagas?status=needs_attention')).body.data.find(({ key }: { key: string }) => key === id),
      (found) => found !== undefined,
    );
    expect(parked).toMatchObject({ name: 'cancellation', step: 'refund-payment' });
    expect((await buyer.get(`/orders/${id}`)).body).toMatchObject({ status: 'cancelled', paymentStatus: 'paid' });
    expect(await balancesOf(shop.db, id)).toEqual({ 'cash:stripe': PRICE, ...(await soldOf(id)) });
    expectStatus(await admin.post(`/sagas/${parked.id}/retry`, undefined), 200);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(await sumsOf(paymentId)).toMatchObject({ refunded: PRICE, refunds: [`failed ${CODE}`, 'succeeded'] });
    await eventually(
      () => balancesOf(shop.db, id),
      (balances) => balances['cash:stripe'] === undefined && balances['customers'] === undefined,
    );
    await expectBooksEmpty(shop);
  });

  /** Who waits for a lock with a statement like this. */
  const waitingWith = (pattern: string) =>
    shop.db.sql(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ $1`,
      [pattern],
    );
  const untilWaiting = (pattern: string) =>
    eventually(
      () => waitingWith(pattern),
      (waiting) => waiting.length > 0,
    );

  it('in the moment in which the cancellation ends opens it again', async () => {
    const { buyer, id, first } = await buyAndCancel();
    const saga = `FROM platform.sagas WHERE name = 'cancellation' AND key = $1`;
    await shop.worker?.stop();
    await shop.db.sql(
      `UPDATE platform.sagas SET status = 'running', step = 'refund-payment', next_run_at = now() WHERE name = 'cancellation' AND key = $1`,
      [id],
    );
    const order = await RowLock.take(shop, 'SELECT FROM orders.orders WHERE id = $1', [id]);
    await shop.startWorker();
    await untilWaiting('FOR UPDATE OF o'); // the step: it has its lease
    const end = await RowLock.take(shop, `SELECT ${saga}`, [id]);
    await order.release();
    await untilWaiting('SET step = '); // the refund is complete, and the saga is about to end
    stripe.account.endRefund((await atStripe(first.id)).id, 'failed');
    await untilWaiting('FOR UPDATE OF o|woken = true'); // the listener
    await end.release();
    await eventually(
      () => shop.db.sql(`SELECT ${saga} AND status = 'needs_attention'`, [id]),
      (parked) => parked.length === 1,
    );
    const { body } = await shop.as('admin').get('/sagas?status=needs_attention');
    const { id: sagaId } = body.data.find(({ key }: { key: string }) => key === id);
    expectStatus(await shop.as('admin').post(`/sagas/${sagaId}/retry`, undefined), 200);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    await eventually(
      () => balancesOf(shop.db, id),
      (balances) => balances['cash:stripe'] === undefined && balances['customers'] === undefined,
    );
    await expectBooksEmpty(shop);
  });

  /** It was sold before it was cancelled, and what was sold is earned again while its money is here. */
  const soldOf = async (id: string) =>
    (await postedAbout(shop.db, id)).some(([kind]) => kind === 'sale')
      ? { 'revenue:sales': -1_000, 'revenue:shipping': -500 }
      : { customers: -PRICE };

  it('before our own commit of its success waits for it, and takes it back', async () => {
    const { buyer, id, paymentId } = await buy();
    stripe.events.isWanted = (type) => type === 'refund.failed';
    const query = 'SELECT FROM payments.payments WHERE id = $1';
    await shop.worker?.stop();
    const requested = await refund(paymentId, 300);
    const lock = await RowLock.take(shop, query, [paymentId]); // the worker waits here with its success
    await shop.startWorker();
    const made = await atStripe(requested);
    await eventually(
      () => countWaiting(shop),
      (waiting) => waiting >= 1,
    );
    stripe.account.endRefund(made.id, 'failed');
    await eventually(
      () => countWaiting(shop),
      (waiting) => waiting >= 2,
    );
    await lock.release();
    await untilReversed(requested);
    expect(await sumsOf(paymentId)).toEqual({ refunded: 0, requested: 0, refunds: [`failed ${CODE}`] });
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    const balances = await eventually(
      () => balancesOf(shop.db, id),
      ({ customers }) => customers === undefined,
    );
    expect(balances).toEqual({ 'cash:stripe': PRICE, 'revenue:sales': -1_000, 'revenue:shipping': -500 });
    await expectBooksEmpty(shop);
  });
});
