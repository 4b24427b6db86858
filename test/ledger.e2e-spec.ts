import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { balancesOf, postedAbout } from './support/ledger';
import { anOrder, expectStatus, untilOrder } from './support/orders';
import { FORBIDDEN, INVALID, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { Shop } from './support/shop';

/** Two pieces of 1,000, taxed with 10 %, and 500 for shipping. */
const TOTAL = 2_700;
const CAPTURE = ['capture', ['cash:sandbox', TOTAL], ['customers', -TOTAL]];
const SALE = ['sale', ['customers', TOTAL], ['revenue:sales', -2_000], ['tax:sales', -200], ['revenue:shipping', -500]];

describe('the ledger', () => {
  let shop: Shop;
  let sku: string;
  let buyer: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    buyer = shop.as('customer');
    sku = `T-${randomUUID().slice(0, 13).toUpperCase()}`;
    const product = { sku, name: 'Taxed', description: 'For a test', status: 'active', taxRateBps: 1_000 };
    const price = { amount: 1_000, currency: 'USD' };
    expectStatus(await shop.as('admin').post('/products', { ...product, price }), 201);
    const delivery = { delta: 1_000, reason: 'restock' };
    expectStatus(await shop.as('admin').post(`/inventory/${sku}/adjustments`, delivery), 201);
  });
  afterAll(() => shop.close());

  const place = async (method?: string) =>
    expectStatus(await buyer.post('/orders', anOrder(sku, 2, method)), 201).body as { id: string };
  const placePaid = async () => {
    const { id } = await place('tok_ok');
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    return { id, paymentId: payments[0].id as string };
  };
  const refund = async (paymentId: string, amount?: number) =>
    expectStatus(await shop.as('support').post(`/payments/${paymentId}/refunds`, { amount }), 202).body.id as string;
  const untilBalanced = (id: string, expected: Record<string, number>) =>
    eventually(
      () => balancesOf(shop.db, id),
      (balances) => JSON.stringify(balances, Object.keys(expected)) === JSON.stringify(expected),
    );

  describe('is posted', () => {
    it('with the money when it is paid, with revenue and tax when the order is certain', async () => {
      const { id } = await placePaid();
      expect(await postedAbout(shop.db, id)).toEqual([CAPTURE, SALE]);
    });

    it('not at all for what is declined', async () => {
      const { id } = await place('tok_declined');
      await untilOrder(buyer, id, { paymentStatus: 'failed' });
      expect(await postedAbout(shop.db, id)).toEqual([]);
    });

    it('with each refund, and a credit note that takes its part of the tax back', async () => {
      const { id, paymentId } = await placePaid();
      await refund(paymentId, 1_001);
      await refund(paymentId, 999);
      await untilBalanced(id, { 'cash:sandbox': 700 }); // and its sales, less what was credited
      await refund(paymentId);
      await untilOrder(buyer, id, { paymentStatus: 'refunded' });
      const returned = { 'revenue:sales': -2_000, 'revenue:shipping': -500, 'revenue:returns': 2_500 };
      await eventually(
        () => balancesOf(shop.db, id),
        (balances) => balances['revenue:returns'] === 2_500,
      );
      expect(await balancesOf(shop.db, id)).toEqual(returned);
      const kinds = (await postedAbout(shop.db, id)).map(([kind]) => kind);
      expect(kinds.filter((kind) => kind === 'refund')).toHaveLength(3);
      expect(kinds.filter((kind) => kind === 'credit_note')).toHaveLength(3);
    });

    it('with the money that goes back by itself, and no sale, when it comes for a cancelled order', async () => {
      await shop.worker?.stop();
      const { id } = await place('tok_ok');
      const [payment] = (await buyer.get(`/orders/${id}/payments`)).body.data;
      expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
      const charge = await fetch(`${shop.gatewayUrl}/charges`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': payment.id },
        body: JSON.stringify({ amount: { amount: TOTAL, currency: 'USD' }, method: 'tok_ok', reference: id }),
      });
      expect(charge.status).toBe(201); // it came before anybody closed its key
      await shop.startWorker();
      await untilOrder(buyer, id, { paymentStatus: 'refunded' });
      const back = ['refund', ['customers', TOTAL], ['cash:sandbox', -TOTAL]];
      expect(await postedAbout(shop.db, id)).toEqual([CAPTURE, back]);
    });

    it('with a credit note also when the money went back before the order was certain', async () => {
      await shop.worker?.stop();
      const { id } = await place('tok_ok');
      const [payment] = (await buyer.get(`/orders/${id}/payments`)).body.data;
      expectStatus(await sendEvent(shop, chargeEvent('charge.succeeded', payment)), 200);
      const refundId = await refund(payment.id, 270);
      const done = { refund: { id: 're_1', idempotencyKey: refundId } };
      expectStatus(await sendEvent(shop, chargeEvent('charge.refunded', payment, {}, done)), 200);
      await shop.startWorker();
      await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'partially_refunded' });
      await eventually(
        () => balancesOf(shop.db, id),
        ({ customers }) => customers === undefined,
      );
      expect(await balancesOf(shop.db, id)).toMatchObject({ 'revenue:returns': 250, 'tax:sales': -180 });
    });

    it('once, though the gateway says a hundred times at once that it has charged', async () => {
      await shop.worker?.stop();
      const { id } = await place('tok_ok');
      const [payment] = (await buyer.get(`/orders/${id}/payments`)).body.data;
      const events = Array.from({ length: 100 }, () => sendEvent(shop, chargeEvent('charge.succeeded', payment)));
      expect(new Set((await Promise.all(events)).map(({ status }) => status))).toEqual(new Set([200]));
      expect(await postedAbout(shop.db, id)).toEqual([CAPTURE]);
      await shop.startWorker();
    });
  });

  describe('is read', () => {
    it('by admins alone', async () => {
      for (const path of ['/ledger/accounts', '/ledger/entries']) {
        expect((await shop.as('admin').get(path)).status).toBe(200);
        for (const stranger of [buyer, shop.as('support'), shop.as('warehouse')])
          expect(outcomeOf(await stranger.get(path))).toEqual(FORBIDDEN);
        expect(outcomeOf(await shop.api.get(path))).toEqual(UNAUTHENTICATED);
      }
    });

    it('as accounts whose balances are what their entries come to, and zero in all', async () => {
      await placePaid();
      const accounts = await readAllPages(shop.as('admin'), '/ledger/accounts', 2);
      expect(accounts.map(({ code, type }) => [code, type])).toEqual([
        ['cash:sandbox', 'asset'],
        ['customers', 'liability'],
        ['revenue:returns', 'income'],
        ['revenue:sales', 'income'],
        ['revenue:shipping', 'income'],
        ['tax:sales', 'liability'],
      ]);
      expect(accounts.reduce((sum, { balance }) => sum + balance.amount, 0)).toBe(0);
      const sums = await shop.db.sql<{ account: string; sum: string }>(
        'SELECT account, sum(amount_minor) AS sum FROM payments.ledger_entries GROUP BY account ORDER BY account',
      );
      expect(accounts.map(({ code, balance }) => [code, balance.amount])).toEqual(
        sums.map(({ account, sum }) => [account, Number(sum)]),
      );
    });

    it('as entries, newest first, narrowed to an account, an order or a time', async () => {
      const admin = shop.as('admin');
      const { id, paymentId } = await placePaid();
      const entries = await readAllPages(admin, `/ledger/entries?reference=${id}`, 4);
      expect(entries).toHaveLength(6);
      expect(entries.at(-1)).toEqual({
        ...{ transactionId: expect.any(String), position: 1, kind: 'capture', sourceId: paymentId, reference: id },
        ...{ account: 'cash:sandbox', amount: { amount: TOTAL, currency: 'USD' } },
        ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
      });
      await refund(paymentId);
      await untilOrder(buyer, id, { paymentStatus: 'refunded' });
      const whole = await readAllPages(admin, `/ledger/entries?reference=${id}`, 4);
      const backAt = whole[0].createdAt as string;
      const kindsWhere = (isMeant: (createdAt: string) => boolean) =>
        whole.filter(({ createdAt }) => isMeant(createdAt)).map(({ kind }) => kind);
      const narrowed = async (query: string) =>
        (await readAllPages(admin, `/ledger/entries?reference=${id}&${query}`, 100)).map(({ kind }) => kind);
      expect(await narrowed('account=cash:sandbox')).toEqual(['refund', 'capture']);
      expect(await narrowed(`from=${backAt}`)).toEqual(kindsWhere((createdAt) => createdAt >= backAt));
      expect(await narrowed(`to=${backAt}`)).toEqual(kindsWhere((createdAt) => createdAt < backAt));
      expect(kindsWhere((createdAt) => createdAt < backAt)).toEqual(expect.arrayContaining(['sale', 'capture']));
      expect(await narrowed('to=0001-01-01')).toEqual([]);
      expect(await narrowed('from=9999-12-31')).toEqual([]);
      const all = await readAllPages(admin, '/ledger/entries', 7);
      const [{ count }] = (await shop.db.sql<{ count: string }>('SELECT count(*) FROM payments.ledger_entries')) as [
        { count: string },
      ];
      expect(all).toHaveLength(Number(count));
      expect(new Set(all.map(({ transactionId, position }) => `${transactionId} ${position}`)).size).toBe(all.length);
    });

    it('not by a query that is none', async () => {
      for (const query of ['account=Cash', 'reference=x', 'from=yesterday', 'cursor=x', 'limit=0', 'sort=amount'])
        expect([query, ...outcomeOf(await shop.as('admin').get(`/ledger/entries?${query}`))]).toEqual([
          query,
          ...INVALID,
        ]);
      const farAway = Buffer.from(JSON.stringify([randomUUID(), Number.MAX_SAFE_INTEGER])).toString('base64url');
      expectStatus(await shop.as('admin').get(`/ledger/entries?cursor=${farAway}`), 200);
    });
  });

  it('leaves the books in order', () => expectBooksEmpty(shop));
});
