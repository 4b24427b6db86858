import { randomUUID } from 'node:crypto';
import { expectBooksEmpty } from './support/books';
import { announcedBy, auditOf } from './support/events';
import { eventually } from './support/eventually';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { postedAbout } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { FORBIDDEN, NOT_FOUND, outcomeOf } from './support/outcome';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

const NOT_CAPTURABLE = [409, 'payment_not_capturable'];
const NOT_VOIDABLE = [409, 'payment_not_voidable'];

const CAPTURE = ['capture', ['cash:sandbox', 1_500], ['customers', -1_500]];
const SALE = ['sale', ['customers', 1_500], ['revenue:sales', -1_000], ['revenue:shipping', -500]];
const REFUND = ['refund', ['customers', 1_500], ['cash:sandbox', -1_500]];
const CREDIT_NOTE = ['credit_note', ['revenue:returns', 1_500], ['customers', -1_500]];

/** Money that is set aside first, and taken or let go later. Orders are 1,000 + 500 shipping. */
describe('authorize and capture', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ settings: { PAYMENT_CAPTURE: 'manual' } });
    await shop.startWorker();
  });
  afterAll(() => shop.close());

  const buyAuthorized = async (method = 'tok_ok') => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, method)), 201).body;
    const order = await untilOrder(buyer, id, { status: 'confirmed' });
    return { buyer, sku, id: id as string, order, paymentId: order.payments[0].id as string };
  };
  const capture = (id: string, client = shop.as('support')) => client.post(`/payments/${id}/capture`);
  const letGo = (id: string, client = shop.as('support')) => client.post(`/payments/${id}/void`);
  const untilPayment = (id: string, status: string) =>
    eventually(
      () => shop.as('support').get(`/payments/${id}`),
      ({ body }) => body.status === status,
    );
  const stepsOf = async (id: string) =>
    (await shop.as('support').get(`/orders/${id}/timeline`)).body.data.map(({ step }: { step: string }) => step);

  it.each(['tok_ok', 'tok_error', 'tok_lost'])(
    'confirms an order whose money is set aside, with %s',
    async (method) => {
      const { order, id } = await buyAuthorized(method);
      expect(order).toMatchObject({ paymentStatus: 'authorized', payments: [{ status: 'authorized' }] });
      expect(await shop.chargesFor(id)).toMatchObject([{ status: 'authorized' }]);
      expect(await stepsOf(id)).toEqual(['placed', 'payment_authorized', 'confirmed']);
      expect(await postedAbout(shop.db, id)).toEqual([]); // nobody's money has moved
    },
  );

  it('takes the money when it is asked to, once', async () => {
    const { buyer, id, paymentId } = await buyAuthorized();
    const answer = await capture(paymentId);
    expect(answer).toMatchObject({ status: 202, body: { id: paymentId, status: 'authorized' } });
    expect([202, 409]).toContain((await capture(paymentId)).status); // asked again, before or after it has happened
    await untilPayment(paymentId, 'succeeded');
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    expect(await postedAbout(shop.db, id)).toEqual([CAPTURE, SALE]);
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'succeeded', refunded: 0 }]);
    expect(outcomeOf(await capture(paymentId))).toEqual(NOT_CAPTURABLE);
    expect(outcomeOf(await letGo(paymentId))).toEqual(NOT_VOIDABLE);
    expect((await auditOf(shop, paymentId)).map(({ action }) => action)).toEqual([
      'payments.authorized',
      'payments.capture_requested',
      'payments.succeeded',
    ]);
    expectStatus(await shop.as('support').post(`/payments/${paymentId}/refunds`, {}), 202);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(await postedAbout(shop.db, id)).toEqual([CAPTURE, SALE, REFUND, CREDIT_NOTE]);
  });

  it('lets the money go when it is asked to; the order is cancelled and its stock free', async () => {
    const { buyer, id, paymentId, sku } = await buyAuthorized();
    expectStatus(await letGo(paymentId), 202);
    await untilPayment(paymentId, 'voided');
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'unpaid' });
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'voided' }]);
    expect(await postedAbout(shop.db, id)).toEqual([]);
    expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 0, reserved: 0, held: 0 });
    expect(outcomeOf(await capture(paymentId))).toEqual(NOT_CAPTURABLE);
  });

  it('lets the money go when the order is cancelled', async () => {
    const { buyer, id, paymentId, sku } = await buyAuthorized();
    expectStatus(await buyer.post(`/orders/${id}/cancel`, { reason: 'Changed my mind' }), 200);
    await untilPayment(paymentId, 'voided');
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'unpaid' });
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'voided' }]);
    expect(await postedAbout(shop.db, id)).toEqual([]);
    expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 0, reserved: 0, held: 0 });
  });

  it('of captures and voids at the same time one kind wins, here and at the gateway', async () => {
    const bought = await Promise.all(Array.from({ length: 8 }, () => buyAuthorized()));
    for (const { paymentId, id, buyer } of bought) {
      const asked = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 ? capture(paymentId) : letGo(paymentId))),
      );
      const won = new Set(asked.flatMap(({ status }, n) => (status === 202 ? [n % 2 ? 'capture' : 'void'] : [])));
      expect(won.size).toBe(1);
      expect(asked.every(({ status }) => status === 202 || status === 409)).toBe(true);
      const end = won.has('capture') ? 'succeeded' : 'voided';
      await untilPayment(paymentId, end);
      expect(await shop.chargesFor(id)).toMatchObject([{ status: end }]);
      const order = end === 'succeeded' ? { status: 'confirmed', paymentStatus: 'paid' } : { status: 'cancelled' };
      await untilOrder(buyer, id, order);
    }
  });

  it('of a capture and a cancellation at the same time the buyer ends without having paid, or with all of it back', async () => {
    const bought = await Promise.all(Array.from({ length: 6 }, () => buyAuthorized()));
    await Promise.all(
      bought.flatMap(({ buyer, id, paymentId }) => [capture(paymentId), buyer.post(`/orders/${id}/cancel`, {})]),
    );
    for (const { buyer, id, sku } of bought) {
      const { paymentStatus } = await eventually(
        async () => (await buyer.get(`/orders/${id}`)).body,
        (order) => order.paymentStatus === 'unpaid' || order.paymentStatus === 'refunded',
      );
      const [charge] = await shop.chargesFor(id);
      expect([charge?.status, charge?.refunded]).toEqual(
        paymentStatus === 'unpaid' ? ['voided', 0] : ['succeeded', 1_500],
      );
      expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 0, reserved: 0, held: 0 });
    }
  });

  it('believes the gateway when somebody has captured there', async () => {
    const { buyer, id, paymentId } = await buyAuthorized();
    const [charge] = await shop.chargesFor(id);
    await fetch(`${shop.gatewayUrl}/charges/${charge?.id}/capture`, { method: 'POST' });
    await untilOrder(buyer, id, { paymentStatus: 'paid' });
    await untilPayment(paymentId, 'succeeded');
  });

  it('is for who may, and for what is there', async () => {
    const { buyer, paymentId } = await buyAuthorized();
    for (const ask of [capture, letGo]) {
      expect(outcomeOf(await ask(paymentId, buyer))).toEqual(FORBIDDEN);
      expect(outcomeOf(await ask(paymentId, shop.as('warehouse')))).toEqual(FORBIDDEN);
      expect(outcomeOf(await ask(randomUUID()))).toEqual(NOT_FOUND);
    }
    const stale = await sendEvent(shop, chargeEvent('charge.authorized', { id: paymentId }));
    expect(await announcedBy(shop, expectStatus(stale, 200))).toEqual([]);
  });

  it('leaves the books in order, and the ledger’s cash is the gateway’s', async () => {
    await expectBooksEmpty(shop);
    const cash = await shop.db.sql(
      `SELECT t.reference, sum(e.amount_minor)::int AS cash FROM payments.ledger_transactions t
       JOIN payments.ledger_entries e ON e.transaction_id = t.id AND e.account = 'cash:sandbox' GROUP BY t.reference`,
    );
    for (const { reference, cash: ours } of cash as Array<{ reference: string; cash: number }>) {
      const theirs = (await shop.chargesFor(reference)).filter(({ status }) => status === 'succeeded');
      const expected = theirs.reduce((sum, { amount, refunded }) => sum + amount.amount - refunded, 0);
      if (theirs.length > 0) expect(ours).toBe(expected);
    }
  });
});
