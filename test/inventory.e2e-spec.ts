import { randomUUID } from 'node:crypto';
import { announcedBy, auditOf, eventsNamed } from './support/events';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { Shop } from './support/shop';

const MAIN = '01900000-0000-7000-8000-000000000001';
const TOO_MUCH = [422, 'insufficient_stock'];

describe('inventory', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const adjust = (sku: string, delta: number, more: object = {}, client = shop.as('warehouse')) =>
    client.post(`/inventory/${sku}/adjustments`, { delta, reason: 'correction', ...more });
  const stockOf = async (sku: string) =>
    expectStatus(await shop.as('warehouse').get(`/inventory/${sku}`), 200).body as Record<string, number>;
  const hold = async (sku: string, quantity: number) =>
    expectStatus(await shop.as('customer').post('/orders', anOrder(sku, quantity)), 201);

  describe('adjusting it', () => {
    it('writes the change into the stock and into its ledger, and says so', async () => {
      const sku = await putOnSale(shop, 10);
      const warehouse = shop.as('warehouse');
      const answer = await adjust(sku, -4, { reason: 'damage', note: ' Fell off the shelf ' }, warehouse);
      const entry = { sku, locationId: MAIN, delta: -4, reason: 'damage', note: 'Fell off the shelf', reference: null };
      expect(answer).toMatchObject({ status: 201, body: entry });
      expect(answer.body.updatedAt).toBe(answer.body.createdAt);
      const { id, createdAt } = answer.body;
      expect(
        await shop.db.sql('SELECT id, delta::int, actor, created_at FROM inventory.movements WHERE id = $1', [id]),
      ).toEqual([{ id, delta: -4, actor: warehouse.userId, created_at: new Date(createdAt) }]);
      expect(await announcedBy(shop, answer)).toEqual([
        {
          name: 'inventory.stock_adjusted',
          payload: { sku, delta: -4, reason: 'damage' },
          actor: warehouse.userId,
        },
      ]);
      expect((await auditOf(shop, sku)).at(-1)).toMatchObject({
        action: 'inventory.stock_adjusted',
        before: { onHand: 10 },
        after: { onHand: 6, reason: 'damage' },
      });
      expect(await stockOf(sku)).toMatchObject({ onHand: 6, reserved: 0, available: 6, version: 3 });
    });

    it('happens once, however often the same request comes', async () => {
      const sku = await putOnSale(shop, 10);
      const warehouse = shop.as('warehouse');
      const send = () =>
        warehouse.post(`/inventory/${sku}/adjustments`, { delta: 5, reason: 'restock' }, { key: 'delivery-4711' });
      const first = expectStatus(await send(), 201);
      const again = expectStatus(await send(), 201);
      expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
      expect(await stockOf(sku)).toMatchObject({ onHand: 15 });
    });

    it('never goes below what is promised to orders', async () => {
      const sku = await putOnSale(shop, 5);
      await hold(sku, 3);
      const refused = await adjust(sku, -3);
      expect(outcomeOf(refused)).toEqual(TOO_MUCH);
      expect(refused.body.errors).toEqual([{ field: 'delta', code: 'insufficient_stock', message: '2 available' }]);
      expect(await announcedBy(shop, refused)).toEqual([]);
      expect(await stockOf(sku)).toMatchObject({ onHand: 5, reserved: 3, available: 2 });
      expectStatus(await adjust(sku, -2), 201);
      expect(await stockOf(sku)).toMatchObject({ onHand: 3, reserved: 3, available: 0 });
      expect(outcomeOf(await adjust(sku, -1))).toEqual(TOO_MUCH);
    });

    it('stays exact when thirty people take away what is there for ten, while orders hold some of it', async () => {
      const sku = await putOnSale(shop, 15);
      const taking = Array.from({ length: 30 }, () => adjust(sku, -1));
      const buying = Array.from({ length: 30 }, () => shop.as('customer').post('/orders', anOrder(sku)));
      const [taken, bought] = await Promise.all([Promise.all(taking), Promise.all(buying)]);
      const count = (answers: Array<{ status: number }>) => answers.filter(({ status }) => status === 201).length;
      expect(count(taken) + count(bought)).toBe(15);
      expect([...taken, ...bought].every(({ status }) => status === 201 || status === 422)).toBe(true);
      const onHand = 15 - count(taken);
      expect(await stockOf(sku)).toMatchObject({ onHand, reserved: count(bought), available: 0 });
      const [ledger] = await shop.db.sql('SELECT sum(delta)::int FROM inventory.movements WHERE sku = $1', [sku]);
      expect(ledger).toEqual({ sum: onHand });
    });

    it('announces that stock runs low when it crosses the threshold, and not below it', async () => {
      const sku = await putOnSale(shop, 8);
      const names = async (delta: number) =>
        (await announcedBy(shop, expectStatus(await adjust(sku, delta), 201))).map(({ name }) => name).sort();
      expect(await names(-2)).toEqual(['inventory.stock_adjusted']);
      expect(await names(-1)).toEqual(['inventory.stock_adjusted', 'inventory.stock_ran_low']);
      expect(await names(-1)).toEqual(['inventory.stock_adjusted']);
      expect(await names(9)).toEqual(['inventory.stock_adjusted']);
      expect(await names(-9)).toEqual(['inventory.stock_adjusted', 'inventory.stock_ran_low']);
    });

    it('announces that stock runs low when a sale crosses the threshold, and not below it or for a refused order', async () => {
      const sku = await putOnSale(shop, 8);
      const ranLow = async (quantity: number) =>
        (await announcedBy(shop, await hold(sku, quantity)))
          .filter(({ name }) => name === 'inventory.stock_ran_low')
          .map(({ payload }) => payload);
      expect(await ranLow(2)).toEqual([]);
      expect(await ranLow(1)).toEqual([{ sku, available: 5 }]);
      expect(await ranLow(1)).toEqual([]);
      const refused = await shop.as('customer').post('/orders', anOrder(sku, 5));
      expect([...outcomeOf(refused), await announcedBy(shop, refused)]).toEqual([...TOO_MUCH, []]);
    });

    it('announces each product of an order that runs low, once, however many buy at once', async () => {
      const skus = [await putOnSale(shop, 30), await putOnSale(shop, 30)];
      const items = skus.map((sku) => ({ sku, quantity: 1 }));
      const buying = Array.from({ length: 30 }, () => shop.as('customer').post('/orders', { ...anOrder(''), items }));
      for (const answer of await Promise.all(buying)) expectStatus(answer, 201);
      for (const sku of skus) {
        const announced = await eventsNamed(shop, 'inventory.stock_ran_low', { sku });
        expect(announced.map(({ payload }) => payload)).toEqual([{ sku, available: 5 }]);
      }
    });

    it('refuses what no warehouse holds, and a place that there is not', async () => {
      const sku = await putOnSale(shop, 1);
      await shop.db.sql('UPDATE inventory.stock_levels SET on_hand = 999999999999 WHERE sku = $1', [sku]);
      expect(outcomeOf(await adjust(sku, 2))).toEqual([422, 'stock_too_large']);
      expectStatus(await adjust(sku, 1), 201);
      const elsewhere = await adjust(sku, 1, { locationId: randomUUID() });
      expect(outcomeOf(elsewhere)).toEqual(INVALID);
      expect(elsewhere.body.errors).toMatchObject([{ field: 'locationId' }]);
      expectStatus(await adjust(sku, -1, { locationId: MAIN }), 201);
      expect(outcomeOf(await adjust('NO-SUCH-THING', 1))).toEqual(NOT_FOUND);
    });

    it('is for the warehouse and admins only', async () => {
      const sku = await putOnSale(shop, 1);
      for (const role of ['customer', 'support'])
        expect(outcomeOf(await adjust(sku, 1, {}, shop.as(role)))).toEqual(FORBIDDEN);
      const nobody = await shop.api.post(`/inventory/${sku}/adjustments`, { delta: 1, reason: 'restock' });
      expect(outcomeOf(nobody)).toEqual(UNAUTHENTICATED);
      expectStatus(await adjust(sku, 1, {}, shop.as('admin')), 201);
      expect(await stockOf(sku)).toMatchObject({ onHand: 2 });
    });
  });

  describe('reading it', () => {
    it('shows what is there, what is promised and what can be sold', async () => {
      const sku = await putOnSale(shop, 9);
      await hold(sku, 2);
      const levels = { onHand: 9, reserved: 2, available: 7 };
      expect(await stockOf(sku)).toEqual({
        ...{ sku, ...levels, locations: [{ locationId: MAIN, ...levels }], version: 3 },
        ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
      });
      expect(outcomeOf(await shop.as('support').get('/inventory/NO-SUCH-THING'))).toEqual(NOT_FOUND);
    });

    it('is for those who may see numbers', async () => {
      const sku = await putOnSale(shop, 1);
      for (const path of ['/inventory', `/inventory/${sku}`, `/inventory/${sku}/movements`]) {
        expect(outcomeOf(await shop.as('customer').get(path))).toEqual(FORBIDDEN);
        expect(outcomeOf(await shop.api.get(path))).toEqual(UNAUTHENTICATED);
        for (const role of ['support', 'warehouse', 'admin']) expectStatus(await shop.as(role).get(path), 200);
      }
    });

    it('lists all of it, or what runs low, through all pages without gaps or duplicates', async () => {
      await Promise.all([putOnSale(shop, 0), putOnSale(shop, 5), putOnSale(shop, 6)]);
      const inDatabase = async (which: string) => {
        const text = `SELECT sku, on_hand::float8 AS "onHand" FROM inventory.stock_levels WHERE ${which} ORDER BY sku`;
        return shop.db.sql<{ sku: string; onHand: number }>(text);
      };
      const listed = async (query: string) => {
        const found = await readAllPages(shop.as('support'), `/inventory${query}`, 17);
        return found.map(({ sku, onHand }) => ({ sku, onHand }));
      };
      expect(await listed('')).toEqual(await inDatabase('true'));
      expect(await listed('?lowStock=false')).toEqual(await inDatabase('true'));
      const low = await listed('?lowStock=true');
      expect(low).toEqual(await inDatabase('on_hand - reserved <= 5'));
      expect(low.length).toBeGreaterThanOrEqual(4);
    });

    it('shows the ledger of a product, newest first, to its beginning', async () => {
      const sku = await putOnSale(shop, 50);
      for (const delta of [-1, 2, -3, 4, -5]) expectStatus(await adjust(sku, delta), 201);
      const ledger = await readAllPages(shop.as('support'), `/inventory/${sku}/movements`, 4);
      expect(ledger.map(({ delta }) => delta)).toEqual([-5, 4, -3, 2, -1, 50]);
      expect(new Set(ledger.map(({ id }) => id)).size).toBe(6);
      expect(outcomeOf(await shop.as('support').get('/inventory/NO-SUCH-THING/movements'))).toEqual(NOT_FOUND);
    });

    it('refuses cursors that are none, and filters that are neither true nor false', async () => {
      const sku = await putOnSale(shop, 1);
      const bad = [
        '/inventory?cursor=nope',
        '/inventory?limit=101',
        '/inventory?lowStock=yes',
        '/inventory?sort=sku',
        `/inventory/${sku}/movements?cursor=${Buffer.from('["nope"]').toString('base64url')}`,
      ];
      for (const path of bad)
        expect([path, ...outcomeOf(await shop.as('admin').get(path))]).toEqual([path, ...INVALID]);
    });
  });

  it('keeps a ledger that nobody changes, and that adds up to what is there', async () => {
    const sku = await putOnSale(shop, 3);
    for (const statement of [
      'UPDATE inventory.movements SET delta = 1 WHERE sku = $1',
      'DELETE FROM inventory.movements WHERE sku = $1',
    ])
      await expect(shop.db.sql(statement, [sku])).rejects.toThrow(/append-only/);
    const wrong = await shop.db.sql(`
      SELECT sku, on_hand, sum(delta) FROM inventory.stock_levels LEFT JOIN inventory.movements USING (sku, location_id)
      WHERE on_hand < 999999999999 GROUP BY sku, on_hand HAVING on_hand <> coalesce(sum(delta), 0)`);
    expect(wrong).toEqual([]);
  });
});
