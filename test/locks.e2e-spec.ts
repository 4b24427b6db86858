import { anOrder, putOnSale } from './support/orders';
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
  });
  afterAll(() => shop.close());

  it('are taken in one order: carts of many products, cancellations and expired holds never wait in a circle', async () => {
    const skus = await Promise.all(Array.from({ length: PRODUCTS }, () => putOnSale(shop, CARTS / 2)));
    const cart = (n: number) => {
      const turned = [...skus.slice(n % PRODUCTS), ...skus.slice(0, n % PRODUCTS)];
      return { ...anOrder(''), items: (n % 2 ? turned : turned.reverse()).map((sku) => ({ sku, quantity: 1 })) };
    };
    const answers = await Promise.all(
      Array.from({ length: CARTS }, async (_, n) => {
        const buyer = shop.as('customer');
        const placed = await buyer.post('/orders', cart(n));
        if (placed.status !== 201) return placed.status;
        if (n % 3 === 0) return (await buyer.post(`/orders/${placed.body.id}/cancel`, {})).status;
        if (n % 3 === 1) await expireHolds(placed.body.id);
        return placed.status;
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
