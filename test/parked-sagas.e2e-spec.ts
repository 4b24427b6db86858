import type { ApiClient } from './support/api-client';
import { eventually } from './support/eventually';
import { auditOf } from './support/events';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf } from './support/outcome';
import { readAllPages } from './support/pages';
import { Shop } from './support/shop';
import { contradictionsOf } from './support/truth';

const DECIDED = [409, 'saga_needs_no_attention'];
const RESOLUTION = { outcome: 'done', note: 'Paid back by bank transfer; see ticket 4711' };

/** Sagas of orders that a person has to see to, from the fault to the decision, with a worker that runs. */
describe('a saga that needs attention', () => {
  let shop: Shop;
  let admin: ApiClient & { userId: string };

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    admin = shop.as('admin');
    await shop.db.sql(`
      CREATE FUNCTION refuse_to_cancel() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no order may be cancelled today'; END $$`);
  });
  afterAll(() => shop.close());

  const place = async (method?: string) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 3);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 2, method)), 201).body;
    if (method !== undefined) await untilOrder(buyer, id, { status: 'confirmed' });
    return { buyer, sku, id: id as string };
  };
  const parkedOf = async (orderId: string) => {
    const open = await eventually(
      () => readAllPages(admin, '/sagas?status=needs_attention', 100),
      (sagas) => sagas.some(({ key }) => key === orderId),
    );
    return open.find(({ key }) => key === orderId) as { id: string; name: string; step: string; reason: string };
  };
  const statusOf = async (sagaId: string) =>
    (await readAllPages(admin, '/sagas', 100)).find(({ id }) => id === sagaId)?.status;
  const timelineOf = async (buyer: ApiClient, id: string) =>
    (await buyer.get(`/orders/${id}/timeline`)).body.data as Array<{ step: string; actor: string; detail: string }>;
  const retry = (sagaId: string, client: ApiClient = admin) => client.post(`/sagas/${sagaId}/retry`, undefined);
  const resolve = (sagaId: string, body: object = RESOLUTION, client: ApiClient = admin) =>
    client.post(`/sagas/${sagaId}/resolve`, body);

  /** An order whose refund the gateway refuses, as it knows no such charge. */
  const withRefusedRefund = async () => {
    const order = await place('tok_ok');
    await shop.db.sql(`UPDATE payments.payments SET provider_ref = 'ch_' || provider_ref WHERE reference = $1`, [
      order.id,
    ]);
    expectStatus(await order.buyer.post(`/orders/${order.id}/cancel`, {}), 200);
    return { ...order, saga: await parkedOf(order.id) };
  };
  const correctCharge = (orderId: string) =>
    shop.db.sql(`UPDATE payments.payments SET provider_ref = substr(provider_ref, 4) WHERE reference = $1`, [orderId]);

  /** An order whose checkout has failed, and fails to cancel it. */
  const withStuckCheckout = async (method?: string) => {
    const order = await place(method);
    await shop.db.sql(`
      CREATE TRIGGER refuse_to_cancel BEFORE UPDATE ON orders.orders FOR EACH ROW
      WHEN (NEW.status = 'cancelled' AND NEW.id = '${order.id}') EXECUTE FUNCTION refuse_to_cancel()`);
    await shop.db.sql(
      `UPDATE platform.sagas SET status = 'compensating', step = 'take-payment', attempts = 19, next_run_at = now()
       WHERE key = $1 AND name = 'checkout'`,
      [order.id],
    );
    return { ...order, saga: await parkedOf(order.id) };
  };
  const letCancel = () => shop.db.sql('DROP TRIGGER refuse_to_cancel ON orders.orders');

  it('is told in the log, the metrics, the list and the order’s timeline, and goes on when its cause is removed', async () => {
    const { buyer, id, saga } = await withRefusedRefund();
    expect(saga).toMatchObject({ name: 'cancellation', step: 'refund-payment' });
    expect(saga.reason).toMatch(/^The gateway refused to give the money back: /);
    await eventually(
      async () => shop.worker?.log ?? '',
      (log) => log.includes('"event":"sagas.needs_attention"'),
    );
    const metrics = await shop.api.get('/metrics');
    expect(String(metrics.body)).toMatch(/^sagas_needing_attention\{saga="cancellation"\} 1$/m);
    expect(await timelineOf(buyer, id)).toContainEqual(
      expect.objectContaining({ step: 'needs_attention', actor: 'cancellation', detail: saga.reason }),
    );
    await correctCharge(id);
    expect(expectStatus(await retry(saga.id), 200).body).toMatchObject({ id: saga.id, status: 'running' });
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    await eventually(
      () => statusOf(saga.id),
      (status) => status === 'done',
    );
    expect(await timelineOf(buyer, id)).toContainEqual(
      expect.objectContaining({ step: 'retried', actor: admin.userId, detail: 'cancellation' }),
    );
    expect(await auditOf(shop, saga.id)).toMatchObject([{ action: 'sagas.retried', actor: admin.userId }]);
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it('is parked again, under the same id, when its cause is still there', async () => {
    const { buyer, id, saga } = await withRefusedRefund();
    expectStatus(await retry(saga.id), 200);
    const attentions = await eventually(
      async () => (await timelineOf(buyer, id)).filter(({ step }) => step === 'needs_attention'),
      ({ length }) => length === 2,
    );
    expect(attentions).toHaveLength(2);
    expect(await parkedOf(id)).toMatchObject({ id: saga.id });
    expectStatus(await resolve(saga.id), 200);
  });

  it('of a checkout shows in the order, which is cancelled when it may go on', async () => {
    const { buyer, sku, id, saga } = await withStuckCheckout();
    expect((await buyer.get(`/orders/${id}`)).body.status).toBe('needs_attention');
    expect(saga.reason).toBe('no order may be cancelled today');
    const [attention] = (await timelineOf(buyer, id)).slice(-1);
    expect(attention).toMatchObject({ step: 'needs_attention', detail: expect.not.stringContaining('today') });
    await letCancel();
    expect(expectStatus(await retry(saga.id), 200).body).toMatchObject({ status: 'compensating' });
    await untilOrder(buyer, id, { status: 'cancelled' });
    expect((await shop.as('warehouse').get(`/inventory/${sku}`)).body).toMatchObject({ reserved: 0 });
    expect(await contradictionsOf(shop, [id])).toEqual([]);
  });

  it('can be ended by hand: the order becomes what the person says, with the note, and what was paid goes back', async () => {
    const unpaid = await withStuckCheckout();
    const impossible = await resolve(unpaid.saga.id, { outcome: 'done', note: 'It looks fine to me' });
    expect(outcomeOf(impossible)).toEqual([409, 'saga_outcome_impossible']);
    expect(await statusOf(unpaid.saga.id)).toBe('needs_attention');
    await letCancel();
    const note = 'The buyer has called: ticket 4711';
    expectStatus(await resolve(unpaid.saga.id, { outcome: 'undone', note }), 200);
    await untilOrder(unpaid.buyer, unpaid.id, { status: 'cancelled' });
    expect((await timelineOf(unpaid.buyer, unpaid.id)).at(-1)).toMatchObject({ actor: admin.userId, detail: note });
    expect(await auditOf(shop, unpaid.saga.id)).toMatchObject([{ action: 'sagas.resolved', after: { note } }]);

    const paid = await withStuckCheckout('tok_ok');
    await letCancel();
    expectStatus(await resolve(paid.saga.id), 200);
    await untilOrder(paid.buyer, paid.id, { status: 'confirmed', paymentStatus: 'paid' });

    const unwanted = await withStuckCheckout('tok_ok');
    await letCancel();
    expectStatus(await resolve(unwanted.saga.id, { outcome: 'undone', note }), 200);
    await untilOrder(unwanted.buyer, unwanted.id, { status: 'cancelled', paymentStatus: 'refunded' });
    expect(await contradictionsOf(shop, [unpaid.id, paid.id, unwanted.id])).toEqual([]);
  });

  it('cannot be undone where an order has ended: it stays ended, and its money is noted', async () => {
    const { buyer, id, saga } = await withRefusedRefund();
    expect(outcomeOf(await resolve(saga.id, { ...RESOLUTION, outcome: 'undone' }))).toEqual([
      409,
      'saga_outcome_impossible',
    ]);
    expectStatus(await resolve(saga.id), 200);
    expect((await timelineOf(buyer, id)).at(-1)).toMatchObject({ step: 'resolved', detail: RESOLUTION.note });
    expect(outcomeOf(await retry(saga.id))).toEqual(DECIDED);
  });

  it('is decided once, by one of those who decide at the same time', async () => {
    const { buyer, id, saga } = await withRefusedRefund();
    await correctCharge(id);
    const deciding = [1, 2, 3, 4].flatMap(() => [retry(saga.id), resolve(saga.id)]);
    const outcomes = (await Promise.all(deciding)).map(outcomeOf);
    expect(outcomes.filter(([status]) => status === 200)).toHaveLength(1);
    expect(outcomes.filter(([status]) => status !== 200)).toEqual(Array(7).fill(DECIDED));
    const decisions = (await timelineOf(buyer, id)).filter(({ step }) => step === 'retried' || step === 'resolved');
    expect(decisions).toHaveLength(1);
    expect(await auditOf(shop, saga.id)).toHaveLength(1);
  });

  it('is for administrators, in pages, and found by its id alone', async () => {
    const { saga, id } = await withRefusedRefund();
    for (const role of ['customer', 'support', 'warehouse']) {
      const client = shop.as(role);
      const answers = [
        await client.get('/sagas'),
        await retry(saga.id, client),
        await resolve(saga.id, RESOLUTION, client),
      ];
      expect(answers.map(outcomeOf)).toEqual([FORBIDDEN, FORBIDDEN, FORBIDDEN]);
    }
    const all = await readAllPages(admin, '/sagas', 2);
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(all.map((each) => each.id)).toEqual(
      all
        .map((each) => each.id)
        .sort()
        .reverse(),
    );
    expect(all[0]).toMatchObject({ id: saga.id, key: id, status: 'needs_attention' });
    expect(outcomeOf(await retry(id))).toEqual(NOT_FOUND); // an order's id
    expect(outcomeOf(await admin.get('/sagas?status=stuck'))).toEqual(INVALID);
    expect(outcomeOf(await resolve(saga.id, { outcome: 'done', note: ' ' }))).toEqual(INVALID);
  });
});
