import { expectBooksEmpty } from './support/books';
import { eventsNamed } from './support/events';
import { eventually } from './support/eventually';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { postedAbout } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

/** Between the gateway's answer to the checkout and the checkout's own commit somebody else settles the payment. */
describe('a payment that has ended otherwise meanwhile', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ settings: { PAYMENT_CAPTURE: 'manual', SANDBOX_LOST_WEBHOOK_MS: '600000' } });
  });
  afterAll(() => shop.close());
  afterEach(() => shop.worker?.stop());

  const place = async (method: string, api = shop.api) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const placed = await api.as(buyer.token as string).post('/orders', anOrder(sku, 1, method));
    const { id } = expectStatus(placed, 201).body;
    const [payment] = (await buyer.get(`/orders/${id}/payments`)).body.data;
    return { buyer, id: id as string, payment: payment as { id: string } };
  };
  const confirmations = (orderId: string) => eventsNamed(shop, 'orders.confirmed', { orderId });
  const timelineOf = async (id: string) =>
    (await shop.as('support').get(`/orders/${id}/timeline`)).body.data.map(({ step }: { step: string }) => step);

  it('confirms no order when it was not paid, and confirms it once when it was', async () => {
    const { api, program } = await shop.startApiProcess({ PAYMENT_CAPTURE: 'automatic' });
    const [denied, paid] = [await place('tok_lost', api), await place('tok_lost', api)]; // the gateway says nothing of these
    await program.stop();
    const query = 'SELECT FROM orders.orders WHERE id = ANY($1)';
    const lock = await RowLock.take(shop, query, [[denied.id, paid.id]]); // charged, and not confirmed before it is released
    const worker = await shop.startWorker();
    await eventually(
      () => countWaiting(shop),
      (waiting) => waiting === 2,
    );
    expect(await shop.chargesFor(denied.id)).toMatchObject([{ status: 'succeeded' }]);
    const failed = chargeEvent('charge.failed', denied.payment, { failureCode: 'card_declined' });
    for (const event of [failed, chargeEvent('charge.succeeded', paid.payment)])
      expectStatus(await sendEvent(shop, event), 200);
    await lock.release();
    const order = await untilOrder(denied.buyer, denied.id, { paymentStatus: 'failed' });
    expect(order).toMatchObject({ status: 'pending_payment', payments: [{ failureCode: 'card_declined' }] });
    await untilOrder(paid.buyer, paid.id, { status: 'confirmed', paymentStatus: 'paid' });
    expect(await confirmations(denied.id)).toHaveLength(0);
    expect(await confirmations(paid.id)).toHaveLength(1);
    expect(await timelineOf(denied.id)).toEqual(['placed', 'payment_failed']);
    const told = await eventually(
      async () => worker.log.split('\n').filter((line) => line.includes('payments.contradiction')),
      (lines) => lines.length > 0, // what is logged takes a moment from one process to the other
    );
    expect(told.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', paymentId: denied.payment.id, status: 'failed', outcome: 'succeeded' },
    ]);
    await expectBooksEmpty(shop);
  });

  it('confirms no order whose money was set aside, and is or will be let go before the order is certain', async () => {
    const gone = await place('tok_ok');
    const killed = await shop.startWorker({}, 'database.after_commit checkout:1:SIGKILL');
    await killed.untilEnded(); // authorized, and not confirmed
    expect(await timelineOf(gone.id)).toEqual(['placed', 'payment_authorized']);
    expectStatus(await sendEvent(shop, chargeEvent('charge.voided', gone.payment)), 200);
    const going = await place('tok_ok');
    expectStatus(await sendEvent(shop, chargeEvent('charge.authorized', going.payment)), 200);
    expectStatus(await shop.as('support').post(`/payments/${going.payment.id}/void`), 202);
    // Nobody hears of the one, and nobody asks the gateway to do the other, before the sagas have gone on.
    const query = `SELECT FROM platform.outbox_queue q JOIN platform.outbox_events e ON e.id = q.event_id
      WHERE e.name = 'payments.voided'`;
    const lock = await RowLock.take(shop, query, []);
    await shop.db.sql(`UPDATE payments.payments SET ask_at = now() + interval '1 hour' WHERE wanted = 'void'`);
    await shop.db.sql('UPDATE platform.sagas SET next_run_at = now() WHERE key = $1', [gone.id]);
    await shop.startWorker();
    for (const { id } of [gone, going])
      await eventually(
        () => timelineOf(id),
        (steps) => steps.length > 2,
      );
    await lock.release();
    await shop.db.sql(`UPDATE payments.payments SET ask_at = now() WHERE wanted = 'void'`);
    for (const { buyer, id } of [gone, going]) {
      await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'unpaid' });
      expect(await timelineOf(id)).toEqual(['placed', 'payment_authorized', 'cancelled', 'payment_voided']);
      expect(await confirmations(id)).toHaveLength(0);
    }
    await expectBooksEmpty(shop);
  });

  it('tells of the first card that failed, though its buyer pays with another before the checkout has looked', async () => {
    const { buyer, id, payment } = await place('tok_ok'); // nobody asks the gateway: the worker rests
    const failed = chargeEvent('charge.failed', payment, { failureCode: 'card_declined' });
    expectStatus(await sendEvent(shop, failed), 200);
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }), 202);
    expect(await timelineOf(id)).toEqual(['placed', 'payment_failed', 'payment_started']);
    const told = await eventsNamed(shop, 'orders.payment_failed', { orderId: id });
    expect(told).toMatchObject([{ payload: { failureCode: 'card_declined' } }]);
    const worker = await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'authorized' });
    expect((await timelineOf(id)).slice(0, 3)).toEqual(['placed', 'payment_failed', 'payment_started']);
    await worker.stop();
  });

  it('takes no further card while the money that was set aside is being let go, and believes no payment that has begun since', async () => {
    const { buyer, id, payment } = await place('tok_ok');
    const killed = await shop.startWorker({}, 'database.after_commit checkout:1:SIGKILL');
    await killed.untilEnded(); // authorized, and not confirmed
    expectStatus(await sendEvent(shop, chargeEvent('charge.voided', payment)), 200);
    const refused = await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'order_not_payable' } });
    await shop.db.sql(`UPDATE orders.orders SET payment_status = 'processing' WHERE id = $1`, [id]); // as if it had been taken
    await shop.db.sql(
      `INSERT INTO payments.payments (id, reference, buyer_id, provider, method, amount_minor, currency, capture)
       SELECT uuidv7(), reference, buyer_id, provider, method, amount_minor, currency, capture
       FROM payments.payments WHERE id = $1`,
      [payment.id],
    );
    await shop.db.sql('UPDATE platform.sagas SET next_run_at = now() WHERE key = $1', [id]);
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'failed' });
    expect(await confirmations(id)).toHaveLength(0);
    expect((await postedAbout(shop.db, id)).map(([kind]) => kind)).toEqual([]);
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'authorized' }]); // the first one's, which a test has voided
    await shop.worker?.stop();
    await expectBooksEmpty(shop);
  });

  it('lets an order live whose buyer pays with another card, though the money of the first was let go', async () => {
    const { buyer, id, payment } = await place('tok_ok');
    for (const type of ['charge.authorized', 'charge.voided'])
      expectStatus(await sendEvent(shop, chargeEvent(type, payment)), 200); // and nobody has told the order of either
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }), 202);
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'authorized' });
    const steps = await eventually(
      () => timelineOf(id),
      (told) => told.includes('payment_voided') && told.includes('confirmed'),
    );
    expect([steps.includes('payment_failed'), steps.includes('cancelled')]).toEqual([false, false]);
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'authorized' });
    await expectBooksEmpty(shop);
  });

  it('is told of when the order ends before anybody has looked', async () => {
    const [failed, closed] = [await place('tok_ok'), await place('tok_ok')];
    const cancel = ({ buyer, id }: { buyer: typeof failed.buyer; id: string }) =>
      buyer.post(`/orders/${id}/cancel`, {});
    const declined = chargeEvent('charge.failed', failed.payment, { failureCode: 'card_declined' });
    expectStatus(await sendEvent(shop, declined), 200);
    expectStatus(await cancel(failed), 200);
    expectStatus(await cancel(closed), 200);
    expectStatus(await sendEvent(shop, chargeEvent('charge.voided', closed.payment)), 200);
    await shop.startWorker();
    await untilOrder(failed.buyer, failed.id, { status: 'cancelled', paymentStatus: 'failed' });
    await untilOrder(closed.buyer, closed.id, { status: 'cancelled', paymentStatus: 'failed' });
    expect(await timelineOf(failed.id)).toEqual(['placed', 'payment_failed', 'cancelled']);
    expect(await timelineOf(closed.id)).toEqual(['placed', 'cancelled', 'payment_failed']);
    await expectBooksEmpty(shop);
  });

  it('is complained of when the gateway’s event says that it was paid after all', async () => {
    const { payment } = await place('tok_ok');
    const declined = chargeEvent('charge.failed', payment, { failureCode: 'card_declined' });
    const { api, program } = await shop.startApiProcess();
    const hearing = { settings: shop.settings, api } as Shop;
    for (const event of [declined, chargeEvent('charge.succeeded', payment)])
      expectStatus(await sendEvent(hearing, event), 200);
    await program.stop();
    const complaints = program.log.split('\n').filter((line) => line.includes('payments.contradiction'));
    expect(complaints.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', paymentId: payment.id, status: 'failed', outcome: 'succeeded' },
    ]);
  });

  it('leaves an order paid and sold whose money was taken before the checkout knew that it was set aside', async () => {
    const { buyer, id, payment } = await place('tok_ok');
    const frozen = await shop.startWorker({}, 'checkout.gateway_answered:1:SIGSTOP');
    await frozen.untilHalted(); // the gateway has answered, and nobody knows yet
    await shop.db.sql(`UPDATE platform.sagas SET next_run_at = now() + interval '1 hour' WHERE key = $1`, [id]); // its lease holds
    await shop.startWorker();
    expectStatus(await sendEvent(shop, chargeEvent('charge.authorized', payment)), 200);
    expectStatus(await shop.as('support').post(`/payments/${payment.id}/capture`), 202);
    await eventually(
      () =>
        shop.db.sql(
          `SELECT 1 FROM platform.inbox i JOIN platform.outbox_events e ON e.id = i.event_id
        WHERE e.name = 'payments.captured' AND e.payload ->> 'reference' = $1`,
          [id],
        ),
      (handled) => handled.length > 0,
    );
    frozen.signal('SIGCONT');
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    expect((await postedAbout(shop.db, id)).map(([kind]) => kind)).toEqual(['capture', 'sale']);
    await expectBooksEmpty(shop);
    await frozen.stop();
  });
});
