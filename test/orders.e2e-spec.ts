import { randomUUID } from 'node:crypto';
import { announcedBy, auditOf } from './support/events';
import { ADDRESS, anOrder, expectStatus, putOnSale } from './support/orders';
import { INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { register } from './support/people';
import { Shop } from './support/shop';

const USD = (amount: number) => ({ amount, currency: 'USD' });
const NOT_PAYABLE = [409, 'order_not_payable'];
const NOT_CANCELLABLE = [409, 'order_not_cancellable'];
const IN_PROGRESS = [409, 'payment_in_progress'];

const CONTRACT =
  'createdAt currency discount expiresAt id itemCount items number paymentStatus payments placedAt shipping ' +
  'shippingAddress status subtotal tax total updatedAt userId version';

/** No worker: what is asked of the gateway stays open, so that each state can be looked at. */
describe('orders', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const of = (...items: Array<[sku: string, quantity: number]>) => ({
    items: items.map(([sku, quantity]) => ({ sku, quantity })),
    shippingAddress: ADDRESS,
  });
  const place = async (client = shop.as('customer'), method?: string) => {
    const sku = await putOnSale(shop, 10);
    const { body } = expectStatus(await client.post('/orders', anOrder(sku, 2, method)), 201);
    return { client, sku, id: body.id as string, order: body };
  };
  const reservedOf = async (sku: string) => (await shop.as('warehouse').get(`/inventory/${sku}`)).body.reserved;
  const change = (sku: string, product: object) => shop.as('admin').patch(`/products/${sku}`, product);
  const pay = (client: typeof shop.api, id: string, method = 'tok_ok') =>
    client.post(`/orders/${id}/payments`, { method });
  const stepsOf = async (client: typeof shop.api, id: string) =>
    expectStatus(await client.get(`/orders/${id}/timeline`), 200).body.data as Array<Record<string, unknown>>;

  describe('placing one', () => {
    it('writes the order, holds its stock for half an hour and says so', async () => {
      const sku = await putOnSale(shop, 10, 1_999);
      const buyer = shop.as('customer');
      const answer = expectStatus(await buyer.post('/orders', anOrder(sku, 2)), 201);
      const order = answer.body;
      expect(Object.keys(order).sort().join(' ')).toBe(CONTRACT);
      expect(order).toMatchObject({
        ...{ status: 'pending_payment', paymentStatus: 'unpaid', itemCount: 2, version: 1, currency: 'USD' },
        ...{ subtotal: USD(3_998), discount: USD(0), tax: USD(0), shipping: USD(500), total: USD(4_498) },
        items: [{ sku, name: `Test ${sku}`, quantity: 2, unitPrice: USD(1_999), lineTotal: USD(3_998), taxRateBps: 0 }],
        ...{ shippingAddress: ADDRESS, payments: [] },
      });
      expect(order.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      expect(order.number).toMatch(/^CH(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
      expect(Date.parse(order.expiresAt) - Date.parse(order.placedAt)).toBe(30 * 60_000);
      expect((await buyer.get(`/orders/${order.id}`)).body).toEqual(order);
      const rows = await shop.db.sql(
        `SELECT o.buyer_id, o.total_minor::int, hold.sku, hold.quantity::int, hold.status, date_trunc('milliseconds', hold.expires_at) = o.expires_at AS together
         FROM orders.orders o JOIN inventory.holds hold ON hold.reference = o.id WHERE o.id = $1`,
        [order.id],
      );
      expect(rows).toEqual([
        { buyer_id: buyer.userId, total_minor: 4_498, sku, quantity: 2, status: 'held', together: true },
      ]);
      const payload = { orderId: order.id };
      expect(await announcedBy(shop, answer)).toEqual([{ name: 'orders.placed', payload, actor: buyer.userId }]);
      expect(await auditOf(shop, order.id)).toMatchObject([{ action: 'orders.placed', after: { totalMinor: 4_498 } }]);
    });

    it('adds tax to each line by itself, rounded half up there', async () => {
      const [cheap, dear, free] = await Promise.all([1, 2, 3].map(() => putOnSale(shop, 10)));
      await change(cheap ?? '', { price: USD(1_999), taxRateBps: 825 }); // 3 × 1999 = 5997, tax 494.7525 → 495
      await change(dear ?? '', { price: USD(10), taxRateBps: 1_250 }); // 2 × 10 = 20, tax 2.5 → 3
      await change(free ?? '', { price: USD(0), taxRateBps: 10_000 });
      const wanted = of([cheap ?? '', 3], [dear ?? '', 2], [free ?? '', 1]);
      const { body } = expectStatus(await shop.as('customer').post('/orders', wanted), 201);
      expect(body).toMatchObject({ subtotal: USD(6_017), tax: USD(498), shipping: USD(500), total: USD(7_015) });
      expect(body.items.map(({ sku }: { sku: string }) => sku)).toEqual([cheap, dear, free]);
      const lines = 'SELECT tax_minor::int AS tax FROM orders.lines WHERE order_id = $1 ORDER BY position';
      expect(await shop.db.sql(lines, [body.id])).toEqual([{ tax: 495 }, { tax: 3 }, { tax: 0 }]);
    });

    it('keeps name and price as they were when it was placed', async () => {
      const { client, sku, id, order } = await place();
      expectStatus(await change(sku, { name: 'Dearer', price: USD(9_999), status: 'archived' }), 200);
      expectStatus(await shop.as('admin').delete(`/products/${sku}`), 204);
      expect((await client.get(`/orders/${id}`)).body.items).toEqual(order.items);
    });

    it('refuses what is unknown, not for sale, in two currencies or not there, and names the lines', async () => {
      const [good, draft, euro, scarce] = await Promise.all([9, 9, 9, 1].map((onHand) => putOnSale(shop, onHand)));
      await change(draft ?? '', { status: 'draft' });
      await change(euro ?? '', { price: { amount: 5, currency: 'EUR' } });
      const cases: Array<[code: string, sku: string | undefined, error: object | undefined]> = [
        ['unknown_sku', 'NO-SUCH-THING', { field: 'items.1.sku', code: 'unknown_sku' }],
        ['product_not_available', draft, { field: 'items.1.sku', code: 'product_not_available' }],
        ['currency_mismatch', euro, undefined],
        ['insufficient_stock', scarce, { field: 'items.1.quantity', message: '1 available' }],
      ];
      for (const [code, sku, error] of cases) {
        const answer = await shop.as('customer').post('/orders', of([good ?? '', 1], [sku ?? '', 2]));
        expect(outcomeOf(answer)).toEqual([422, code]);
        if (error) expect(answer.body.errors).toMatchObject([error]);
        expect(await announcedBy(shop, answer)).toEqual([]);
      }
      const coupon = await shop.as('customer').post('/orders', { ...anOrder(good ?? ''), couponCode: 'FREE' });
      expect(outcomeOf(coupon)).toEqual([422, 'unknown_coupon']);
      expect(await reservedOf(good ?? '')).toBe(0);
    });

    it('is for people who are signed in', async () => {
      expect(outcomeOf(await shop.api.post('/orders', anOrder('DEMO-MUG')))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await shop.as('nobody').post('/orders', anOrder('DEMO-MUG')))).toEqual([403, 'forbidden']);
    });
  });

  describe('reading them', () => {
    it('shows an order to its buyer and to those who may read all, and to nobody else', async () => {
      const { client, id } = await place();
      for (const path of [`/orders/${id}`, `/orders/${id}/timeline`, `/orders/${id}/payments`]) {
        for (const reader of [client, shop.as('support'), shop.as('warehouse'), shop.as('admin')])
          expectStatus(await reader.get(path), 200);
        expect(outcomeOf(await shop.as('customer').get(path))).toEqual(NOT_FOUND);
        expect(outcomeOf(await shop.api.get(path))).toEqual(UNAUTHENTICATED);
        expect(outcomeOf(await client.get(path.replace(id, randomUUID())))).toEqual(NOT_FOUND);
      }
    });

    it('lists the own ones, newest first, through all pages without gaps or duplicates', async () => {
      const buyer = shop.as('customer');
      const sku = await putOnSale(shop, 100);
      const placed: string[] = [];
      for (let n = 0; n < 11; n++) placed.unshift((await buyer.post('/orders', anOrder(sku))).body.id);
      await place(); // somebody else's
      const listed = await readAllPages(buyer, '/api/v2/orders', 3);
      expect(listed.map(({ id }) => id)).toEqual(placed);
      expect(Object.keys(listed[0]).sort().join(' ')).toBe(CONTRACT.replace(/items |payments |shippingAddress /g, ''));
      const someoneElse = `/api/v2/orders?userId=${shop.as('customer').userId}`;
      expect((await readAllPages(buyer, someoneElse, 100)).map(({ id }) => id)).toEqual(placed);
    });

    it('are found by page number too, by a route that says it will go', async () => {
      const { client: buyer } = await register(shop.api);
      const sku = await putOnSale(shop, 100);
      const placed: string[] = [];
      for (let n = 0; n < 5; n++) placed.unshift((await buyer.post('/orders', anOrder(sku))).body.id);
      expectStatus(await buyer.post(`/orders/${placed[4]}/cancel`, {}), 200);
      const answer = expectStatus(await buyer.get('/orders?page=2&limit=2'), 200);
      expect(answer.body.data.map(({ id }: { id: string }) => id)).toEqual(placed.slice(2, 4));
      expect(answer.body.pagination).toEqual({ page: 2, limit: 2, total: 5, pages: 3 });
      expect(answer.headers.get('deprecation')).toBe('@1793491200');
      expect(answer.headers.get('sunset')).toBe('Mon, 01 Nov 2027 00:00:00 GMT');
      expect(answer.headers.get('link')).toBe('</api/v2/orders>; rel="successor-version"');
      const open = expectStatus(await buyer.get('/orders?status=pending_payment'), 200);
      expect(open.body.pagination).toEqual({ page: 1, limit: 20, total: 4, pages: 1 });
      const beyond = expectStatus(await buyer.get('/orders?page=9'), 200);
      expect(beyond.body).toEqual({ data: [], pagination: { page: 9, limit: 20, total: 5, pages: 1 } });
      const everyones = expectStatus(await shop.as('support').get('/orders?limit=100'), 200);
      expect(everyones.body.pagination.total).toBeGreaterThan(5);
      for (const query of ['page=0', 'page=x', 'page=10001', 'limit=101', 'cursor=x', 'status=lost'])
        expect(outcomeOf(await buyer.get(`/orders?${query}`))).toEqual(INVALID);
    });

    it('searches them by the beginning of the number, in any case, and by id', async () => {
      const [mine, theirs] = [await place(), await place()];
      const { number } = expectStatus(await mine.client.get(`/orders/${mine.id}`), 200).body;
      const found = async (client: typeof shop.api, search: string) =>
        (await readAllPages(client, `/api/v2/orders?search=${encodeURIComponent(search)}`, 50)).map(({ id }) => id);
      const support = shop.as('support');
      for (const search of [number, number.slice(0, 12), number.toLowerCase(), mine.id, mine.id.toUpperCase()])
        expect(await found(support, search)).toEqual([mine.id]);
      expect(await found(support, 'ch-')).toEqual(expect.arrayContaining([mine.id, theirs.id]));
      for (const search of ['nothing', '%', `${number}~`, number.slice(1), `${mine.id}0`])
        expect(await found(support, search)).toEqual([]);
      expect(await found(theirs.client, number)).toEqual([]);
    });

    it('filters by state, by time and, for those who may read all, by buyer', async () => {
      const buyer = shop.as('customer');
      const orders = [await place(buyer), await place(buyer), await place(buyer)];
      const ids = orders.map(({ id }) => id);
      for (const [n, id] of ids.entries())
        await shop.db.sql(`UPDATE orders.orders SET placed_at = $2 WHERE id = $1`, [id, `2026-01-0${n + 1}T12:00:00Z`]);
      expectStatus(await buyer.post(`/orders/${ids[1]}/cancel`, {}), 200);
      const found = async (query: string, client: typeof shop.api = buyer) =>
        (await readAllPages(client, `/api/v2/orders${query}`, 50)).map(({ id }) => ids.indexOf(id));
      expect(await found('?status=cancelled')).toEqual([1]);
      expect(await found('?status=pending_payment')).toEqual([2, 0]);
      expect(await found('?from=2026-01-02T12:00:00Z')).toEqual([2, 1]);
      expect(await found('?to=2026-01-02T12:00:00Z')).toEqual([0]);
      expect(await found('?from=2026-01-02T13:00:00%2B02:00&to=2026-01-03T12:00:00.001Z')).toEqual([2, 1]);
      expect(await found('?from=2026-01-03')).toEqual([2]);
      expect(await found(`?userId=${buyer.userId}&status=cancelled`, shop.as('support'))).toEqual([1]);
      const all = await readAllPages(shop.as('support'), '/api/v2/orders', 7);
      const [row] = await shop.db.sql('SELECT count(*)::int FROM orders.orders');
      expect({ count: new Set(all.map(({ id }) => id)).size }).toEqual(row);
      expect(all.length).toBe(row?.count);
    });

    it.each([
      ...['status=lost', 'limit=0', 'limit=101', 'limit=x', 'cursor=nope', 'sort=total', 'userId=me', 'page=2'],
      ...['from=yesterday', 'from=2026-W07', 'to=20260101', 'from=2026-02-30T00:00:00Z', 'to=2026-01-01T00:00:00'],
    ])('refuses the query %s', async (query) => {
      const answer = await shop.as('support').get(`/api/v2/orders?${query}`);
      expect(outcomeOf(answer)).toEqual(INVALID);
      expect(answer.body.errors[0].field).toBe(query.split('=')[0]);
    });
  });

  describe('cancelling one', () => {
    it('gives its stock back and says why, once', async () => {
      const { client, sku, id } = await place();
      const cancel = () => client.post(`/orders/${id}/cancel`, { reason: ' Changed my mind ' }, { key: 'cancel-it' });
      const answer = expectStatus(await cancel(), 200);
      expect(answer.body).toMatchObject({ id, status: 'cancelled', paymentStatus: 'unpaid', version: 2 });
      const payload = { orderId: id, reason: 'Changed my mind' };
      expect(await announcedBy(shop, answer)).toEqual([{ name: 'orders.cancelled', payload, actor: client.userId }]);
      expect(await reservedOf(sku)).toBe(0);
      expect(await stepsOf(client, id)).toMatchObject([
        { step: 'placed', status: 'pending_payment', paymentStatus: 'unpaid', actor: client.userId, detail: null },
        { step: 'cancelled', status: 'cancelled', actor: client.userId, detail: 'Changed my mind' },
      ]);
      expect((await cancel()).headers.get('idempotent-replayed')).toBe('true');
      expect(outcomeOf(await client.post(`/orders/${id}/cancel`, {}))).toEqual(NOT_CANCELLABLE);
      expect(outcomeOf(await pay(client, id))).toEqual(NOT_PAYABLE);
      expect((await client.get(`/orders/${id}`)).body).toMatchObject({ version: 2 });
    });

    it('is for its buyer and for support, and needs no body', async () => {
      const [mine, theirs] = [await place(), await place()];
      for (const stranger of [shop.as('customer'), shop.as('warehouse')])
        expect(outcomeOf(await stranger.post(`/orders/${mine.id}/cancel`, {}))).toEqual(NOT_FOUND);
      expect(await reservedOf(mine.sku)).toBe(2);
      expectStatus(await mine.client.post(`/orders/${mine.id}/cancel`), 200);
      const support = shop.as('support');
      expectStatus(await support.post(`/orders/${theirs.id}/cancel`, { reason: 'By telephone' }), 200);
      expect(await stepsOf(theirs.client, theirs.id)).toMatchObject([{}, { actor: support.userId }]);
    });

    it('happens once when ten want it at the same time, also against a payment', async () => {
      const { client, sku, id } = await place();
      const cancels = Array.from({ length: 10 }, () => client.post(`/orders/${id}/cancel`, {}));
      const [paid, ...cancelled] = await Promise.all([pay(client, id), ...cancels]);
      expect(cancelled.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
      expect([202, 409]).toContain(paid?.status);
      expect(await reservedOf(sku)).toBe(0);
      const steps = await stepsOf(client, id);
      expect(steps.filter(({ step }) => step === 'cancelled')).toHaveLength(1);
      expect(steps.at(-1)).toMatchObject({ step: 'cancelled' });
    });
  });

  describe('paying one', () => {
    it('begins one attempt, and only one of ten at the same time', async () => {
      const { client, id } = await place();
      const answers = await Promise.all(Array.from({ length: 10 }, () => pay(client, id)));
      expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(9).fill(409)]);
      const begun = answers.find(({ status }) => status === 202)?.body;
      expect(begun).toMatchObject({ orderId: id, status: 'processing', amount: USD(2_500), refunded: USD(0) });
      const late = await pay(client, id);
      expect(outcomeOf(late)).toEqual(IN_PROGRESS);
      expect(late.headers.get('retry-after')).toBe('2');
      expect((await client.get(`/orders/${id}/payments`)).body).toEqual({ data: [begun] });
      expect((await client.get(`/orders/${id}`)).body).toMatchObject({
        ...{ status: 'pending_payment', paymentStatus: 'processing', version: 2, payments: [begun] },
      });
      expect(await stepsOf(client, id)).toMatchObject([{}, { step: 'payment_started', actor: client.userId }]);
    });

    it('is under way from the start when the order names a method', async () => {
      const { client, id, order } = await place(shop.as('customer'), 'tok_ok');
      expect(order).toMatchObject({ status: 'pending_payment', paymentStatus: 'processing' });
      expect((await client.get(`/orders/${id}`)).body.payments).toMatchObject([{ status: 'processing' }]);
      expect(outcomeOf(await pay(client, id))).toEqual(IN_PROGRESS);
    });

    it('is too late when the order has expired, though no job has seen to it yet', async () => {
      const { client, id } = await place();
      await shop.db.sql('UPDATE orders.orders SET expires_at = now() WHERE id = $1', [id]);
      expect(outcomeOf(await pay(client, id))).toEqual(NOT_PAYABLE);
      expect((await client.get(`/orders/${id}/payments`)).body).toEqual({ data: [] });
    });

    it('is for its buyer only, not even for support', async () => {
      const { id, client } = await place();
      for (const stranger of [shop.as('customer'), shop.as('support')])
        expect(outcomeOf(await pay(stranger, id))).toEqual(NOT_FOUND);
      expect(outcomeOf(await pay(shop.api, id))).toEqual(UNAUTHENTICATED);
      expect((await client.get(`/orders/${id}`)).body.payments).toEqual([]);
    });
  });

  it('keeps a way of the order that nobody rewrites', async () => {
    const { id } = await place();
    for (const statement of [
      `UPDATE orders.timeline SET step = 'x' WHERE order_id = $1`,
      'DELETE FROM orders.timeline WHERE order_id = $1',
    ])
      await expect(shop.db.sql(statement, [id])).rejects.toThrow(/append-only/);
  });
});
