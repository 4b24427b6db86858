import { randomUUID } from 'node:crypto';
import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { anOrder, buy, putOnSale } from './support/orders';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

/** Stock and keys that many want at the same moment. */
describe('races', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const stockOf = async (sku: string) => {
    const { body } = await shop.as('warehouse').get(`/inventory/${sku}`);
    return body;
  };

  it('sells the last 100 units exactly once to 500 buyers at the same time', async () => {
    const sku = await putOnSale(shop, 100);
    const answers = await Promise.all(Array.from({ length: 500 }, () => buy(shop.as('customer'), anOrder(sku))));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect({ sold: count(201), refused: count(422) }).toEqual({ sold: 100, refused: 400 });
    const refusal = answers.find(({ status }) => status === 422)?.body;
    expect(refusal).toMatchObject({
      code: 'insufficient_stock',
      errors: [{ field: 'items.0.quantity', message: '0 available' }],
    });
    expect(await stockOf(sku)).toMatchObject({ onHand: 100, reserved: 100, available: 0 });
    const [held] = await shop.db.sql(`SELECT count(*)::int, sum(quantity)::int FROM inventory.holds WHERE sku = $1`, [
      sku,
    ]);
    expect(held).toEqual({ count: 100, sum: 100 });
  });

  it('never oversells two products bought together in either order, and no buyer gets a deadlock', async () => {
    const [first, second] = await Promise.all([putOnSale(shop, 30), putOnSale(shop, 30)]);
    const order = (skus: string[]) => ({ ...anOrder(''), items: skus.map((sku) => ({ sku, quantity: 1 })) });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => buy(shop.as('customer'), order(n % 2 ? [first, second] : [second, first]))),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(30).fill(201), ...Array<number>(70).fill(422)]);
    expect([await stockOf(first), await stockOf(second)]).toMatchObject([{ reserved: 30 }, { reserved: 30 }]);
  });

  it('gives one order to the same request sent 50 times at once with one key', async () => {
    const sku = await putOnSale(shop, 100);
    const buyer = shop.as('customer');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => buyer.post('/orders', anOrder(sku), { key })));
    const placed = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 409);
    expect(placed.length).toBeGreaterThan(0);
    expect(placed.length + refused.length).toBe(50);
    expect(new Set(placed.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(
      refused.every(
        ({ body, headers }) => body.code === 'idempotency_in_progress' && headers.get('retry-after') === '1',
      ),
    ).toBe(true);
    expect(placed.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect((await buyer.get('/api/v2/orders')).body.data).toHaveLength(1);
    expect(await stockOf(sku)).toMatchObject({ reserved: 1 });
  });

  it('lets one of eight requests with one key in, however long that takes, and refuses the others at once', async () => {
    const sku = await putOnSale(shop, 100);
    const buyer = shop.as('customer');
    const [key, count] = [randomUUID(), 8];
    const lock = await RowLock.take(shop, 'SELECT FROM inventory.stock_levels WHERE sku = $1', [sku]);
    let answered = 0;
    const answers = Array.from({ length: count }, () =>
      buyer.post('/orders', anOrder(sku), { key }).finally(() => answered++),
    );
    await eventually(
      () => countWaiting(shop),
      (waiting) => waiting === 1 && answered === count - 1, // nobody else waits for the row
    );
    await lock.release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array<number>(count - 1).fill(409)]);
    expect(await stockOf(sku)).toMatchObject({ reserved: 1 });
  });

  it('gives the answer again later, and refuses the key for anything else', async () => {
    const sku = await putOnSale(shop, 10);
    const buyer = shop.as('customer');
    const first = await buyer.post('/orders', anOrder(sku), { key: 'again' });
    const again = await buyer.post('/orders', anOrder(sku), { key: '"again"' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await buyer.post('/orders', anOrder(sku, 2), { key: 'again' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await buyer.post('/orders', anOrder(sku), { key: null })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    });
    const stranger = await shop.as('customer').post('/orders', anOrder(sku), { key: 'again' });
    expect(stranger.status).toBe(201);
    expect(stranger.body.id).not.toBe(first.body.id);
  });

  // No worker is at work here, so what the demo data has announced and begun stays where it is.
  it('leaves the books in order', () => expectBooksEmpty(shop, ['platform.events_are_routed', 'platform.sagas_run']));
});
