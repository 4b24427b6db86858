import type { ApiClient } from './support/api-client';
import { eventually } from './support/eventually';
import { auditOf } from './support/events';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { contradictionsOf } from './support/truth';

/** Orders that end while money is paid, on its way, or lost between us and the gateway. */
describe('cancelling', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true, settings: { SANDBOX_SLOW_MS: '3000', GATEWAY_TIMEOUT: '1s' } });
  });
  afterAll(() => shop.close());

  const place = async (method?: string) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 3);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 2, method)), 201).body;
    return { buyer, sku, id: id as string };
  };
  const stepsOf = async (buyer: ApiClient, id: string) =>
    (await buyer.get(`/orders/${id}/timeline`)).body.data.map(({ step }: { step: string }) => step);
  const untilSagasRest = (id: string) =>
    eventually(
      () =>
        shop.db.sql<{ name: string; status: string }>('SELECT name, status FROM platform.sagas WHERE key = $1', [id]),
      (sagas) => sagas.every(({ status }) => status === 'done' || status === 'undone'),
    );
  const stockOf = async (sku: string) => (await shop.as('warehouse').get(`/inventory/${sku}`)).body;

  it('gives the money of a paid order back by a saga, and tells each step', async () => {
    const { buyer, sku, id } = await place('tok_ok');
    await untilOrder(buyer, id, { status: 'confirmed' });
    const cancelled = expectStatus(await buyer.post(`/orders/${id}/cancel`, { reason: 'Changed my mind' }), 200).body;
    expect(cancelled).toMatchObject({ status: 'cancelled', paymentStatus: 'paid' });
    expect(await stockOf(sku)).toMatchObject({ onHand: 3, reserved: 0 });
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    await untilSagasRest(id);
    expect(await stepsOf(buyer, id)).toEqual(['placed', 'confirmed', 'cancelled', 'refund_requested', 'refunded']);
    expect((await auditOf(shop, id)).map(({ action }) => action)).toContain('orders.cancelled');
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it('starts no saga for an order that nobody has paid', async () => {
    const { buyer, id } = await place();
    expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
    expect(await untilSagasRest(id)).toEqual([{ name: 'checkout', status: 'done' }]);
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it.each(['tok_ok', 'tok_slow', 'tok_lost', 'tok_error', 'tok_declined', 'tok_down'])(
    'while %s is on its way: the charge is closed or goes back, and is never lost',
    async (method) => {
      const { buyer, sku, id } = await place(method);
      await eventually(
        () => shop.db.sql(`SELECT FROM platform.sagas WHERE key = $1 AND lease IS NOT NULL`, [id]),
        (rows) => rows.length > 0,
        method === 'tok_slow' ? undefined : 200,
      ).catch(() => undefined); // one that is quick may be over already
      expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
      await untilSagasRest(id);
      const { paymentStatus } = await untilOrder(buyer, id, { status: 'cancelled' });
      expect(['failed', 'refunded']).toContain(paymentStatus);
      expect(await stockOf(sku)).toMatchObject({ onHand: 3, reserved: 0 });
      expect(await contradictionsOf(shop, [id])).toEqual([]);
    },
  );

  it('and paying at once, many times over: every order ends cancelled, with nothing kept', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => place()));
    await Promise.all(
      orders.flatMap(({ buyer, id }, n) => {
        const pay = () => buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' });
        const cancel = () => buyer.post(`/orders/${id}/cancel`, {});
        return n % 2 ? [pay(), cancel()] : [cancel(), pay()];
      }),
    );
    for (const { buyer, id } of orders) {
      await untilOrder(buyer, id, { status: 'cancelled' });
      await untilSagasRest(id);
    }
    expect(
      await contradictionsOf(
        shop,
        orders.map(({ id }) => id),
      ),
    ).toEqual([]);
  });

  it('twice at once is done once', async () => {
    const { buyer, id } = await place('tok_ok');
    await untilOrder(buyer, id, { status: 'confirmed' });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => buyer.post(`/orders/${id}/cancel`, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    await untilSagasRest(id);
    expect((await stepsOf(buyer, id)).filter((step: string) => step === 'cancelled')).toHaveLength(1);
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it('takes one of many payments that are begun at once', async () => {
    const { buyer, id } = await place();
    const paying = Array.from({ length: 8 }, () => buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }));
    const answers = await Promise.all(paying);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 202).map(({ body }) => body.code))).toEqual(
      new Set(['payment_in_progress']),
    );
    await untilOrder(buyer, id, { status: 'confirmed' });
    expect(await shop.chargesFor(id)).toHaveLength(1);
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it('an order that expires while it is paid is either of the two, and keeps nothing of the other', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => place()));
    const ids = orders.map(({ id }) => id);
    await Promise.all([
      ...orders.map(({ buyer, id }) => buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' })),
      shop.db.sql('UPDATE orders.orders SET expires_at = now() WHERE id = ANY($1)', [ids]),
      shop.db.sql('UPDATE platform.sagas SET next_run_at = now() WHERE key = ANY($1) AND lease IS NULL', [ids]),
    ]);
    const ends = new Set<string>();
    for (const { buyer, id } of orders) {
      await untilSagasRest(id);
      const { status, paymentStatus } = (await buyer.get(`/orders/${id}`)).body;
      ends.add(`${status} ${paymentStatus}`);
    }
    expect([...ends].filter((end) => !['confirmed paid', 'expired unpaid'].includes(end))).toEqual([]);
    expect(await contradictionsOf(shop, ids)).toEqual([]);
  });
});
