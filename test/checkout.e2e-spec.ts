import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { setting } from './support/database';
import { Shop } from './support/shop';

describe('checkout', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  it('takes an order from placed to paid, confirmed and written about', async () => {
    const buyer = await shop.signIn('customer');
    const sku = await putOnSale(shop, 10, 1_999);
    const placed = expectStatus(await buyer.post('/orders', anOrder(sku, 2, 'tok_ok')), 201).body;
    expect(placed).toMatchObject({
      status: 'pending_payment',
      paymentStatus: 'processing',
      total: { amount: 4_498, currency: 'USD' },
    });
    const order = await untilOrder(buyer, placed.id, { status: 'confirmed' });
    expect(order).toMatchObject({
      paymentStatus: 'paid',
      payments: [{ status: 'succeeded', amount: { amount: 4_498 } }],
    });
    expect(await shop.chargesFor(placed.id)).toMatchObject([
      { status: 'succeeded', idempotencyKey: order.payments[0].id, amount: { amount: 4_498 } },
    ]);
    const timeline = (await buyer.get(`/orders/${placed.id}/timeline`)).body.data;
    expect(timeline.map(({ step }: { step: string }) => step)).toEqual(['placed', 'confirmed']);
    const mails = await eventually(
      () => mailsAbout(order.number),
      (found) => found.length > 0,
    );
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      subject: `Your order ${order.number} is confirmed`,
      to: [{ address: 'customer@demo.test' }],
    });
  });

  it('lets another card be tried after a decline, while the stock stays held', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 1);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_declined')), 201).body;
    const declined = await untilOrder(buyer, id, { paymentStatus: 'failed' });
    expect(declined).toMatchObject({
      status: 'pending_payment',
      payments: [{ status: 'failed', failureCode: 'card_declined' }],
    });
    expect(await shop.as('customer').post('/orders', anOrder(sku))).toMatchObject({ status: 422 });
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }), 202);
    expect((await untilOrder(buyer, id, { status: 'confirmed' })).payments).toHaveLength(2);
    expect((await shop.chargesFor(id)).map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
    expect(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' })).toMatchObject({
      status: 409,
      body: { code: 'order_not_payable' },
    });
  });

  it('gives stock and money back when a paid order is cancelled', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id, total } = expectStatus(await buyer.post('/orders', anOrder(sku, 3, 'tok_ok')), 201).body;
    await untilOrder(buyer, id, { status: 'confirmed' });
    expect((await buyer.post(`/orders/${id}/cancel`, { reason: 'Changed my mind' })).body).toMatchObject({
      status: 'cancelled',
    });
    const refunded = await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(refunded.payments).toMatchObject([{ refunded: total }]);
    expect(await shop.chargesFor(id)).toMatchObject([{ refunded: total.amount }]);
    expect((await shop.as('warehouse').get(`/inventory/${sku}`)).body).toMatchObject({ onHand: 5, reserved: 0 });
    expect(await buyer.post(`/orders/${id}/cancel`, {})).toMatchObject({
      status: 409,
      body: { code: 'order_not_cancellable' },
    });
  });

  it('refunds in parts, many at once, and never more than was paid', async () => {
    const buyer = shop.as('customer');
    const support = shop.as('support');
    const sku = await putOnSale(shop, 5, 9_500); // with shipping: 10,000
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    const [payment] = (await untilOrder(buyer, id, { status: 'confirmed' })).payments;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        support.post(`/payments/${payment.id}/refunds`, { amount: 900, reason: 'A scratch' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(11).fill(202),
      ...Array<number>(9).fill(422),
    ]);
    expect(answers.find(({ status }) => status === 422)?.body.code).toBe('refund_exceeds_payment');
    await eventually(
      () => shop.chargesFor(id),
      ([charge]) => charge?.refunded === 9_900,
    );
    expectStatus(await support.post(`/payments/${payment.id}/refunds`, {}), 202);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(await shop.chargesFor(id)).toMatchObject([{ refunded: 10_000 }]);
    expect(await support.post(`/payments/${payment.id}/refunds`, {})).toMatchObject({ status: 422 });
  });

  it('expires what is not paid in time and gives its stock back', async () => {
    const sku = await putOnSale(shop, 1);
    const buyer = shop.as('customer');
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku)), 201).body;
    await shop.db.sql(`UPDATE orders.orders SET expires_at = now() WHERE id = $1`, [id]);
    await shop.db.sql(`UPDATE platform.sagas SET next_run_at = now() WHERE key = $1`, [id]);
    await untilOrder(buyer, id, { status: 'expired' });
    expectStatus(await shop.as('customer').post('/orders', anOrder(sku)), 201);
  });

  it('lets the next buyer have what an expired hold keeps, before any job has seen to it', async () => {
    const sku = await putOnSale(shop, 1);
    const { id } = expectStatus(await shop.as('customer').post('/orders', anOrder(sku)), 201).body;
    expect(await shop.as('customer').post('/orders', anOrder(sku))).toMatchObject({ status: 422 });
    await shop.db.sql(`UPDATE inventory.holds SET expires_at = now() WHERE reference = $1`, [id]);
    await shop.db.sql(`UPDATE orders.orders SET expires_at = now() WHERE id = $1`, [id]);
    expectStatus(await shop.as('customer').post('/orders', anOrder(sku)), 201);
    expect((await shop.as('warehouse').get(`/inventory/${sku}`)).body).toMatchObject({ onHand: 1, reserved: 1 });
  });

  it('leaves the books in order', () => expectBooksEmpty(shop));
});

interface Mail {
  subject: string;
  to: Array<{ address: string }>;
}

async function mailsAbout(orderNumber: string): Promise<Mail[]> {
  const response = await fetch(`${setting('TEST_MAILBOX_URL')}/api/email`);
  return ((await response.json()) as Mail[]).filter(({ subject }) => subject.includes(orderNumber));
}
