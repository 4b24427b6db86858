import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

/** The charge comes through although nobody keeps the stock for it any more. 1,000 a piece and 500 shipping an order. */
describe('money that arrives after the hold has expired', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.worker?.stop());
  afterAll(() => shop.close());

  /** An order of all there is, whose hold has expired and gone to the next buyer before the worker asks for the money. */
  const placeTooLate = async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 2);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 2, 'tok_ok')), 201).body;
    await shop.db.sql('UPDATE inventory.holds SET expires_at = now() WHERE reference = $1', [id]);
    expectStatus(await shop.as('customer').post('/orders', anOrder(sku)), 201);
    return { buyer, sku, id };
  };

  const stockOf = async (sku: string) => (await shop.as('warehouse').get(`/inventory/${sku}`)).body;

  it('is for the order all the same when there is stock to hold again', async () => {
    const { buyer, sku, id } = await placeTooLate();
    expectStatus(
      await shop.as('warehouse').post(`/inventory/${sku}/adjustments`, { delta: 1, reason: 'restock' }),
      201,
    );
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 2_500, onHand: 3, reserved: 3, held: 3 });
  });

  it('goes back in full when the stock was sold meanwhile', async () => {
    const { buyer, sku, id } = await placeTooLate();
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'refunded' });
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'succeeded', refunded: 2_500 }]);
    expect(await truthAbout(shop, sku)).toMatchObject({ confirmations: 0, onHand: 2, reserved: 1, held: 1 });
  });

  it('and keeps nothing of what could have been held again, when another line was sold meanwhile', async () => {
    const buyer = shop.as('customer');
    const [plenty, scarce] = [await putOnSale(shop, 5), await putOnSale(shop, 1)];
    const both = { ...anOrder(plenty, 1, 'tok_ok'), items: [plenty, scarce].map((sku) => ({ sku, quantity: 1 })) };
    const { id } = expectStatus(await buyer.post('/orders', both), 201).body;
    await shop.db.sql('UPDATE inventory.holds SET expires_at = now() WHERE reference = $1', [id]);
    // One line is taken, the other is missed and then found in the expired hold: what was taken must not count twice.
    expectStatus(await shop.as('customer').post('/orders', { ...both, payment: undefined }), 201);
    expect([await stockOf(plenty), await stockOf(scarce)]).toMatchObject([{ reserved: 1 }, { reserved: 1 }]);
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'refunded' });
    expect([await stockOf(plenty), await stockOf(scarce)]).toMatchObject([{ reserved: 1 }, { reserved: 1 }]);
  });
});
