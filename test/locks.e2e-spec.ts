import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

const PRODUCTS = 8;
const CARTS = 120;

/**
 * A deadlock costs its victim a second and another try, and nobody sees it in an answer: so it is looked for in what
 * PostgreSQL has counted.
 */
describe('locks', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
    // As many products as a shop has: PostgreSQL looks up their levels one by one, in the order that it is given.
    await shop.db.sql(
      `INSERT INTO inventory.stock_levels (sku, location_id, on_hand)
       SELECT 'SHELF-' || n, (SELECT id FROM inventory.locations LIMIT 1), 0 FROM generate_series(1, 20000) AS n`,
    );
    await shop.db.sql('ANALYZE inventory.stock_levels');
  });
  afterAll(() => shop.close());

  const untilWaiting = (count: number) =>
    eventually(
      () => countWaiting(shop),
      (waiting) => waiting === count,
    );
  const cartOf = (skus: string[]) => ({ ...anOrder(''), items: skus.map((sku) => ({ sku, quantity: 1 })) });

  it('are taken in the order of skus, whatever the order of the cart', async () => {
    const [first = '', middle = '', last = ''] = (await Promise.all([1, 2, 3].map(() => putOnSale(shop, 5)))).sort();
    const lock = await RowLock.take(shop, 'SELECT FROM inventory.stock_levels WHERE sku = $1', [middle]);
    // Each would keep its own first product and meet the other in the middle.
    const answers = [
      [first, middle, last],
      [last, middle, first],
    ].map((skus) => shop.as('customer').post('/orders', cartOf(skus)));
    await untilWaiting(2);
    await lock.release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 201]);
    expect(await deadlocks()).toBe(0);
  });

  it('are taken on levels before holds, by who gives back an expired hold and by who cancels its order', async () => {
    const sku = await putOnSale(shop, 1);
    const buyer = shop.as('customer');
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku)), 201).body;
    await expireHolds(id);
    const lock = await RowLock.take(shop, 'SELECT FROM inventory.stock_levels WHERE sku = $1', [sku]);
    const next = shop.as('customer').post('/orders', anOrder(sku));
    await untilWaiting(1);
    const cancelled = buyer.post(`/orders/${id}/cancel`, {});
    await untilWaiting(2);
    await lock.release();
    expect([(await next).status, (await cancelled).status]).toEqual([201, 200]);
    expect((await shop.as('warehouse').get(`/inventory/${sku}`)).body).toMatchObject({ onHand: 1, reserved: 1 });
    expect(await deadlocks()).toBe(0);
  });

  it('are taken on the order first: no payment begins while it is being cancelled', async () => {
    const sku = await putOnSale(shop, 1);
    const buyer = shop.as('customer');
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku)), 201).body;
    const lock = await RowLock.take(shop, 'SELECT FROM inventory.stock_levels WHERE sku = $1', [sku]);
    const cancelled = buyer.post(`/orders/${id}/cancel`, {});
    await untilWaiting(1); // it has seen that the order can be cancelled, and comes to its stock
    let answered = 0;
    const paid = buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }).finally(() => answered++);
    await eventually(
      () => countWaiting(shop),
      (waiting) => waiting + answered === 2,
    );
    await lock.release();
    expect((await cancelled).status).toBe(200);
    expect(await paid).toMatchObject({ status: 409, body: { code: 'order_not_payable' } });
    expect((await buyer.get(`/orders/${id}/payments`)).body.data).toEqual([]);
  });

  it('never make a circle: carts of many products, cancellations and expired holds at once', async () => {
    const skus = await Promise.all(Array.from({ length: PRODUCTS }, () => putOnSale(shop, CARTS / 2)));
    const cart = (n: number) => {
      const turned = [...skus.slice(n % PRODUCTS), ...skus.slice(0, n % PRODUCTS)];
      return cartOf(n % 2 ? turned : turned.reverse());
    };
    const answers = await Promise.all(
      Array.from({ length: CARTS }, async (_, n) => {
        const buyer = shop.as('customer');
        const placed = await buyer.post('/orders', cart(n));
        if (placed.status !== 201) return placed.status;
        if (n % 2 === 0) await expireHolds(placed.body.id);
        return n % 3 === 0 ? (await buyer.post(`/orders/${placed.body.id}/cancel`, {})).status : placed.status;
      }),
    );
    expect(answers.filter((status) => status !== 201 && status !== 200 && status !== 422)).toEqual([]);
    expect(answers.filter((status) => status !== 422).length).toBeGreaterThan(CARTS / 2);
    expect(await deadlocks()).toBe(0);
  });

  /** The next buyer who misses gives back what these holds keep. */
  const expireHolds = (orderId: string) =>
    shop.db.sql('UPDATE inventory.holds SET expires_at = now() WHERE reference = $1', [orderId]);

  /** How many there were in this database. Connections tell at the latest when they end, so they are ended. */
  const deadlocks = async () => {
    await shop.db.sql(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const [row] = await shop.db.sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(row?.deadlocks);
  };
});
