import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

const ORDERS = 24;

/** The real gateway process is stopped, and started again on the same store. */
describe('an outage of the gateway', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  const circuitStates = () =>
    [...(shop.worker?.log ?? '').matchAll(/"target":"sandbox","state":"(\w+)"/g)].map(([, state]) => state);

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
    const more = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201);
    expect((await shop.api.get('/health/ready')).body).toMatchObject({
      status: 'up',
      checks: { gateway: { status: 'down' } },
    });
    // The circuit has looked again and found nobody: still no payment is given up.
    await eventually(
      async () => circuitStates(),
      (states) => states.filter((state) => state === 'open').length >= 2,
    );
    const statuses = await shop.db.sql(`SELECT DISTINCT status FROM payments.payments WHERE reference = ANY($1)`, [
      placed.map(({ body }) => body.id),
    ]);
    expect(statuses).toEqual([{ status: 'processing' }]);
    await shop.startGatewayAgain();
    for (const { body } of [...placed, more])
      await untilOrder(buyer, body.id, { status: 'confirmed', paymentStatus: 'paid' }, 60_000);
    expect(await truthAbout(shop, sku)).toMatchObject({
      ...{ orders: ORDERS + 1, confirmations: ORDERS + 1, chargedMinor: 1_500 * (ORDERS + 1), reserved: ORDERS + 1 },
    });
    expect(circuitStates().at(-1)).toBe('closed');
  }, 120_000);

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
  }, 120_000);
});
