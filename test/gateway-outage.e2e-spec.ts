import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

const ORDERS = 24;
/** Placed while the circuit is open. */
const MEANWHILE = 16;

/** The real gateway process is stopped, and started again on the same store. */
describe('an outage of the gateway', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  const circuitStates = () =>
    [...(shop.worker?.log ?? '').matchAll(/"target":"sandbox","state":"(\w+)"/g)].map(([, state]) => state);

  /** Each pair of statuses, of an order and of a payment of it, that there is among these. */
  const given = async (orderIds: string[]) =>
    (
      await shop.db.sql<{ order: string; payment: string }>(
        `SELECT DISTINCT o.status AS "order", p.status AS payment
         FROM orders.orders o LEFT JOIN payments.payments p ON p.reference = o.id WHERE o.id = ANY($1)`,
        [orderIds],
      )
    ).map(({ order, payment }) => [order, payment]);
  /** What any of these has gone through: nothing was cancelled, failed or parked on the way. */
  const toldOf = async (orderIds: string[]) =>
    (
      await shop.db.sql<{ step: string }>(
        'SELECT DISTINCT step FROM orders.timeline WHERE order_id = ANY($1) ORDER BY step',
        [orderIds],
      )
    ).map(({ step }) => step);

  it('opens the circuit; orders are taken all the same, none of their payments fails, and each is paid once in the end', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 100);
    await shop.gateway.stop();
    const placed = await Promise.all(
      Array.from({ length: ORDERS }, () => buyer.post('/orders', anOrder(sku, 1, 'tok_ok'))),
    );
    expect(new Set(placed.map(({ status }) => status))).toEqual(new Set([201]));
    await eventually(
      async () => circuitStates(),
      (states) => states.includes('open'),
    );
    // While it is open: orders go on being taken, with a method and without one that comes later.
    const more = await Promise.all(
      Array.from({ length: MEANWHILE }, () => buyer.post('/orders', anOrder(sku, 1, 'tok_ok'))),
    );
    const unpaid = expectStatus(await buyer.post('/orders', anOrder(sku, 1)), 201);
    expectStatus(await buyer.post(`/orders/${unpaid.body.id}/payments`, { method: 'tok_ok' }), 202);
    expect(new Set(more.map(({ status }) => status))).toEqual(new Set([201]));
    expect(circuitStates().at(-1)).not.toBe('closed');
    const all = [...placed, ...more, unpaid].map(({ body }) => body.id as string);
    expect((await shop.api.get('/health/ready')).body).toMatchObject({
      status: 'up',
      checks: { gateway: { status: 'down' } },
    });
    // The circuit has looked again and found nobody: still no payment is given up.
    await eventually(
      async () => circuitStates(),
      (states) => states.filter((state) => state === 'open').length >= 2,
    );
    expect(await given(all)).toEqual([['pending_payment', 'processing']]);
    expect(await toldOf(all)).toEqual(['payment_started', 'placed']);
    await shop.startGatewayAgain();
    for (const id of all) await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' }, 60_000);
    expect(await truthAbout(shop, sku)).toMatchObject({
      ...{ orders: all.length, confirmations: all.length, chargedMinor: 1_500 * all.length, reserved: all.length },
    });
    expect(await given(all)).toEqual([['confirmed', 'succeeded']]); // by the payment that each had from the beginning
    expect(await toldOf(all)).toEqual(['confirmed', 'payment_started', 'placed']);
    expect(await shop.db.sql(`SELECT key FROM platform.sagas WHERE status <> 'done' AND key = ANY($1)`, [all])).toEqual(
      [],
    );
    expect(circuitStates().at(-1)).toBe('closed');
  }, 240_000);

  it('keeps refunds that were asked for meanwhile, and makes them once it is back', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    const [payment] = (await untilOrder(buyer, id, { status: 'confirmed' })).payments;
    await shop.gateway.stop();
    const { body } = expectStatus(
      await shop.as('support').post(`/payments/${payment.id}/refunds`, { amount: 400 }),
      202,
    );
    await eventually(
      () => shop.db.sql<{ calls: number }>('SELECT calls FROM payments.refunds WHERE id = $1', [body.id]),
      ([refund]) => (refund?.calls ?? 0) >= 2,
    );
    await shop.startGatewayAgain();
    await untilOrder(buyer, id, { paymentStatus: 'partially_refunded' }, 60_000);
    expect(await shop.chargesFor(id)).toMatchObject([{ refunded: 400 }]);
  }, 240_000);
});
