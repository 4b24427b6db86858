import { randomUUID } from 'node:crypto';
import { announcedBy, auditOf } from './support/events';
import { expectStatus, putOnSale } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { Shop } from './support/shop';

const MISMATCH = [412, 'version_mismatch'];
const TAKEN = [409, 'sku_taken'];

/** What is sorted how, in SQL of our own: the lists must agree with it. */
const ORDERS: Record<string, string> = {
  createdAt: 'created_at ASC, id ASC',
  '-createdAt': 'created_at DESC, id DESC',
  name: 'left(lower(name), 80) ASC, id ASC',
  '-name': 'left(lower(name), 80) DESC, id DESC',
  price: 'price_minor ASC, id ASC',
  '-price': 'price_minor DESC, id DESC',
};

function aProduct(change: object = {}) {
  return {
    sku: `C-${randomUUID().toUpperCase()}`,
    name: 'Speckled Mug, 300 ml',
    description: 'Hand-glazed.',
    price: { amount: 1_850, currency: 'USD' },
    status: 'active',
    ...change,
  };
}

describe('catalogue', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const skusOf = (products: Array<{ sku: string }>) => products.map(({ sku }) => sku);
  const ifMatch = (version: string) => ({ headers: { 'if-match': version } });

  describe('keeping it', () => {
    it('creates a product, and its stock in the same moment', async () => {
      const admin = shop.as('admin');
      const wanted = aProduct({ taxRateBps: 825, attributes: { material: 'Stoneware' } });
      const answer = await admin.post('/products', wanted);
      expect(answer).toMatchObject({ status: 201, body: { ...wanted, availability: 'out', version: 1 } });
      expect(Object.keys(answer.body).sort().join()).toBe(
        'attributes,availability,createdAt,description,id,name,price,sku,status,taxRateBps,updatedAt,version',
      );
      expect(answer.headers.get('etag')).toBe('"1"');
      const text = `SELECT id, price_minor::int, tax_rate_bps, on_hand::int, reserved::int
        FROM catalog.products JOIN inventory.stock_levels USING (sku) WHERE sku = $1`;
      expect(await shop.db.sql(text, [wanted.sku])).toEqual([
        { id: answer.body.id, price_minor: 1_850, tax_rate_bps: 825, on_hand: 0, reserved: 0 },
      ]);
      expect(await announcedBy(shop, answer)).toEqual([
        {
          name: 'catalog.product_created',
          payload: { productId: answer.body.id, sku: wanted.sku },
          actor: admin.userId,
        },
      ]);
      expect(await auditOf(shop, wanted.sku)).toMatchObject([
        { action: 'catalog.product_created', actor: admin.userId, after: { priceMinor: 1_850 } },
      ]);
    });

    it('gives a sku to one of ten products that want it at the same time', async () => {
      const wanted = aProduct();
      const answers = await Promise.all(Array.from({ length: 10 }, () => shop.as('admin').post('/products', wanted)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
      expect(outcomeOf(await shop.as('admin').post('/products', wanted))).toEqual(TAKEN);
    });

    it('changes what is named and keeps the rest, at the version that was seen', async () => {
      const admin = shop.as('admin');
      const { sku, id } = expectStatus(await admin.post('/products', aProduct({ attributes: { a: 'b' } })), 201).body;
      const price = { amount: 2_000, currency: 'EUR' };
      const changed = await admin.patch(`/products/${sku}`, { price, attributes: {} }, ifMatch('"1"'));
      expect(changed).toMatchObject({ status: 200, body: { price, attributes: {}, name: 'Speckled Mug, 300 ml' } });
      expect([changed.body.version, changed.headers.get('etag')]).toEqual([2, '"2"']);
      const actor = admin.userId;
      const payload = { productId: id, sku };
      expect(await announcedBy(shop, changed)).toEqual([{ name: 'catalog.product_changed', payload, actor }]);
      expect((await auditOf(shop, sku))[1]).toEqual({
        ...{ action: 'catalog.product_changed', actor },
        before: { priceMinor: 1_850, currency: 'USD', attributes: { a: 'b' } },
        after: { priceMinor: 2_000, currency: 'EUR', attributes: {} },
      });
      expect(outcomeOf(await admin.patch(`/products/${sku}`, { name: 'X' }, ifMatch('"1"')))).toEqual(MISMATCH);
      expect(outcomeOf(await admin.patch(`/products/${sku}`, {}, ifMatch('"1"')))).toEqual(MISMATCH);
      for (const tag of ['W/"2"', '"x"', '"02"', '""'])
        expect(outcomeOf(await admin.patch(`/products/${sku}`, { name: 'X' }, ifMatch(tag)))).toEqual(MISMATCH);
      expect(outcomeOf(await admin.patch(`/products/${sku}`, { name: 'X' }, ifMatch('2')))).toEqual(INVALID);
      for (const currency of ['ZZZ', 'XXX', 'XTS', 'XAU', 'usd'])
        expect(outcomeOf(await admin.patch(`/products/${sku}`, { price: { amount: 1, currency } }))).toEqual(INVALID);
      expect(outcomeOf(await admin.patch('/products/NO-SUCH-THING', { name: 'X' }))).toEqual(NOT_FOUND);
      expect((await admin.get(`/products/${sku}`)).body).toEqual(changed.body);
    });

    it('lets one of several changes through that were meant for the same version', async () => {
      const { sku } = expectStatus(await shop.as('admin').post('/products', aProduct()), 201).body;
      const change = (name: string) => shop.as('admin').patch(`/products/${sku}`, { name }, ifMatch('"1"'));
      const answers = await Promise.all(['A', 'B', 'C', 'D', 'E'].map(change));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
      const winner = answers.find(({ status }) => status === 200)?.body;
      expect((await shop.api.get(`/products/${sku}`)).body).toEqual(winner);
    });

    it('deletes a product for everybody and for good', async () => {
      const admin = shop.as('admin');
      const wanted = aProduct();
      const { id, sku } = expectStatus(await admin.post('/products', wanted), 201).body;
      const deleted = expectStatus(await admin.delete(`/products/${sku}`), 204);
      expect(deleted.body).toBeUndefined();
      const payload = { productId: id, sku };
      const event = { name: 'catalog.product_deleted', payload, actor: admin.userId };
      expect(await announcedBy(shop, deleted)).toEqual([event]);
      for (const client of [admin, shop.api])
        expect(outcomeOf(await client.get(`/products/${sku}`))).toEqual(NOT_FOUND);
      expect(skusOf(await readAllPages(admin, '/products', 100))).not.toContain(sku);
      expect(outcomeOf(await admin.patch(`/products/${sku}`, { name: 'X' }))).toEqual(NOT_FOUND);
      expect(outcomeOf(await admin.delete(`/products/${sku}`))).toEqual(NOT_FOUND);
      expect(outcomeOf(await admin.post('/products', wanted))).toEqual(TAKEN);
      expect(
        await shop.db.sql('SELECT 1 FROM catalog.products WHERE id = $1 AND deleted_at IS NOT NULL', [id]),
      ).toEqual([expect.anything()]);
    });

    it('is not for customers, support, the warehouse or nobody', async () => {
      const { sku } = expectStatus(await shop.as('admin').post('/products', aProduct()), 201).body;
      const tries = (client: typeof shop.api) => [
        client.post('/products', aProduct()),
        client.patch(`/products/${sku}`, { name: 'Cheaper' }),
        client.delete(`/products/${sku}`),
      ];
      for (const role of ['customer', 'support', 'warehouse'])
        for (const answer of await Promise.all(tries(shop.as(role)))) expect(outcomeOf(answer)).toEqual(FORBIDDEN);
      for (const answer of await Promise.all(tries(shop.api))) expect(outcomeOf(answer)).toEqual(UNAUTHENTICATED);
      expect((await shop.api.get(`/products/${sku}`)).body).toMatchObject({ name: 'Speckled Mug, 300 ml', version: 1 });
    });
  });

  describe('reading it', () => {
    it('shows drafts and archived products to those who keep it only', async () => {
      const admin = shop.as('admin');
      for (const status of ['draft', 'archived']) {
        const { sku } = expectStatus(await admin.post('/products', aProduct({ status })), 201).body;
        expectStatus(await admin.get(`/products/${sku}`), 200);
        expect(skusOf(await readAllPages(admin, `/products?status=${status}`, 50))).toContain(sku);
        for (const client of [shop.api, shop.as('customer'), shop.as('warehouse')]) {
          expect(outcomeOf(await client.get(`/products/${sku}`))).toEqual(NOT_FOUND);
          expect(await readAllPages(client, `/products?status=${status}`, 50)).toEqual([]);
          expect(skusOf(await readAllPages(client, '/products', 100))).not.toContain(sku);
        }
      }
    });

    it('sends the version as ETag, to everybody', async () => {
      const { sku } = expectStatus(await shop.as('admin').post('/products', aProduct()), 201).body;
      const { headers, body } = expectStatus(await shop.api.get(`/products/${sku}`), 200);
      expect([headers.get('etag'), body.version]).toEqual(['"1"', 1]);
    });

    it.each(Object.entries(ORDERS))(
      'lists it by %s through all pages, without gaps or duplicates',
      async (sort, order) => {
        const sorted = `FROM catalog.products WHERE deleted_at IS NULL ORDER BY ${order}`;
        const all = await shop.db.sql<{ sku: string; status: string }>(`SELECT sku, status ${sorted}`);
        const active = all.filter(({ status }) => status === 'active');
        expect(active.length).toBeGreaterThanOrEqual(200);
        expect(all.length).toBeGreaterThan(active.length);
        expect(skusOf(await readAllPages(shop.api, `/products?sort=${sort}`, 23))).toEqual(skusOf(active));
        expect(skusOf(await readAllPages(shop.as('admin'), `/products?sort=${sort}`, 23))).toEqual(skusOf(all));
      },
    );

    it('goes on behind the last product that was seen, whatever came or went meanwhile', async () => {
      const first = expectStatus(await shop.api.get('/products?sort=-createdAt&limit=5'), 200).body;
      expectStatus(await shop.as('admin').post('/products', aProduct()), 201);
      expectStatus(await shop.as('admin').delete(`/products/${first.data[4].sku}`), 204);
      const next = expectStatus(await shop.api.get(`/products?limit=5&cursor=${first.page.nextCursor}`), 200).body;
      const all = skusOf(await readAllPages(shop.api, '/products', 100));
      const at = all.indexOf(first.data[3].sku);
      expect(skusOf(next.data)).toEqual(all.slice(at + 1, at + 6));
    });

    it.each([
      ['a sort that is not on the list', 'sort=updatedAt', 'sort'],
      ['SQL as a sort', 'sort=price;drop table catalog.products', 'sort'],
      ['a cursor that is none', 'cursor=nope', 'cursor'],
      ['a page of no products', 'limit=0', 'limit'],
      ['a page of 101', 'limit=101', 'limit'],
      ['a filter that there is not', 'colour=red', 'colour'],
    ])('refuses %s', async (_what, query, field) => {
      const answer = await shop.api.get(`/products?${query}`);
      expect(outcomeOf(answer)).toEqual(INVALID);
      expect(answer.body.errors[0].field).toBe(field);
    });

    it('refuses the cursor of a list in another order', async () => {
      const { page } = expectStatus(await shop.api.get('/products?sort=name&limit=1'), 200).body;
      expectStatus(await shop.api.get(`/products?sort=name&limit=1&cursor=${page.nextCursor}`), 200);
      for (const sort of ['-name', 'price', '-createdAt'])
        expect(outcomeOf(await shop.api.get(`/products?sort=${sort}&cursor=${page.nextCursor}`))).toEqual(INVALID);
    });

    it('finds products by words, by words that are misspelt and by words that are not finished', async () => {
      const name = 'Xylograph Kaleidoscope';
      const { sku } = expectStatus(await shop.as('admin').post('/products', aProduct({ name })), 201).body;
      const search = (words: string) => readAllPages(shop.api, `/products?search=${encodeURIComponent(words)}`, 10);
      for (const words of ['kaleidoscope', 'XYLOGRAPH kaleidoscopes', sku, 'kaleidosc', 'kalaidoscope', 'xylogarph'])
        expect([words, skusOf(await search(words))]).toEqual([words, [sku]]);
      expect(await search('zzyzxq')).toEqual([]);
      const mugs = await search('mug');
      expect(mugs.length).toBeGreaterThan(10);
      expect(new Set(skusOf(mugs)).size).toBe(mugs.length);
    });

    it('tells customers whether there is enough, little or nothing, and no number', async () => {
      const skus = await Promise.all([putOnSale(shop, 6), putOnSale(shop, 5), putOnSale(shop, 0)]);
      const products = await Promise.all(skus.map((sku) => shop.api.get(`/products/${sku}`)));
      expect(products.map(({ body }) => body.availability)).toEqual(['in_stock', 'low', 'out']);
      expect(Object.keys(products[0]?.body ?? {})).not.toContain('onHand');
    });
  });
});
