import { randomUUID } from 'node:crypto';
import { announcedBy, auditOf, eventsNamed } from './support/events';
import { eventually } from './support/eventually';
import { chargeEvent, sendEvent, type Sending } from './support/gateway-events';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { FORBIDDEN, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { Shop } from './support/shop';

const USD = (amount: number) => ({ amount, currency: 'USD' });
const BAD_SIGNATURE = [400, 'signature_invalid'];
const EXCEEDED = [422, 'refund_exceeds_payment'];
const NOT_REFUNDABLE = [409, 'payment_not_refundable'];

/** The worker is started by the tests that need it, and stopped again: without it the gateway's word comes first. */
describe('payments', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ settings: { SANDBOX_LOST_WEBHOOK_MS: '300' } });
  });
  afterAll(() => shop.close());
  afterEach(() => shop.worker?.stop());

  /** An order of 10,000 in all whose payment is under way, though nobody has asked the gateway yet. */
  const begin = async (method = 'tok_ok') => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5, 9_500);
    const { id: orderId } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, method)), 201).body;
    const [payment] = (await buyer.get(`/orders/${orderId}/payments`)).body.data;
    return { buyer, orderId: orderId as string, payment: payment as { id: string } };
  };
  const beginPaid = async () => {
    const begun = await begin();
    expectStatus(await sendEvent(shop, chargeEvent('charge.succeeded', begun.payment)), 200);
    return begun;
  };
  const paymentOf = async (id: string) => expectStatus(await shop.as('support').get(`/payments/${id}`), 200).body;
  const refund = (id: string, body: object, client = shop.as('support')) =>
    client.post(`/payments/${id}/refunds`, body);
  const keptEvents = async (eventId: string) =>
    (await shop.db.sql('SELECT type FROM payments.gateway_events WHERE event_id = $1', [eventId])).length;

  describe('events of the gateway', () => {
    it('settle a payment, once signed', async () => {
      const { orderId, payment } = await begin();
      const event = chargeEvent('charge.succeeded', payment);
      const answer = await sendEvent(shop, event);
      expect(answer).toMatchObject({ status: 200, body: { received: true } });
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded', refunded: USD(0) });
      const payload = { paymentId: payment.id, reference: orderId };
      expect(await announcedBy(shop, answer)).toEqual([
        { name: 'payments.succeeded', payload, actor: null },
        { name: 'payments.settled_by_gateway', payload, actor: null },
      ]);
      expect(await auditOf(shop, payment.id)).toMatchObject([
        { action: 'payments.succeeded', before: { status: 'processing' }, after: { status: 'succeeded' } },
      ]);
      expect(await keptEvents(event.id)).toBe(1);
    });

    it.each<[what: string, sending: (now: number) => Sending]>([
      ['signed with another secret', () => ({ secret: 'whatever else there may be' })],
      ['from more than five minutes ago', (now) => ({ timestamp: now - 301 })],
      ['from more than five minutes ahead', (now) => ({ timestamp: now + 301 })],
      ['of no time at all', () => ({ timestamp: 'NaN' })],
      ['that says another time than was signed', (now) => ({ headers: { 'webhook-timestamp': String(now - 1) } })],
      ['that says another id than was signed', () => ({ headers: { 'webhook-id': 'evt_other' } })],
      ['without a signature', () => ({ signatures: () => '' })],
      ['with a signature of another kind', () => ({ signatures: (good) => good.replace('v1,', 'v1a,') })],
      ['with a signature of letters beyond ASCII', () => ({ signatures: () => `v1,${'\u00e9'.repeat(44)}` })],
    ])('are refused: %s', async (_what, sending) => {
      const { payment } = await begin();
      const event = chargeEvent('charge.succeeded', payment);
      const answer = await sendEvent(shop, event, sending(Math.floor(Date.now() / 1_000)));
      expect(outcomeOf(answer)).toEqual(BAD_SIGNATURE);
      expect(await keptEvents(event.id)).toBe(0);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'processing' });
    });

    it('are refused when a single byte of them has changed, or the gateway is another', async () => {
      const { payment } = await begin();
      const event = chargeEvent('charge.failed', payment, { failureCode: 'card_declined' });
      const body = JSON.stringify(event).replace('"failed"', '"succeeded"');
      expect(outcomeOf(await sendEvent(shop, event, { body }))).toEqual(BAD_SIGNATURE);
      expect(outcomeOf(await sendEvent(shop, event, { body: `${JSON.stringify(event)} ` }))).toEqual(BAD_SIGNATURE);
      expect(outcomeOf(await sendEvent(shop, event, { provider: 'stripe' }))).toEqual(NOT_FOUND);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'processing' });
    });

    it('are taken when one of several signatures is right, as while the secret is being changed', async () => {
      const { payment } = await begin();
      const signatures = (good: string) => `v1,${'A'.repeat(43)}= ${good}`;
      expectStatus(await sendEvent(shop, chargeEvent('charge.succeeded', payment), { signatures }), 200);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded' });
    });

    it('take effect once, though the same one comes a hundred times at once', async () => {
      const { buyer, orderId, payment } = await begin();
      const event = chargeEvent('charge.succeeded', payment);
      const answers = await Promise.all(Array.from({ length: 100 }, () => sendEvent(shop, event)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await keptEvents(event.id)).toBe(1);
      expect(await eventsNamed(shop, 'payments.succeeded', { paymentId: payment.id })).toHaveLength(1);
      const [row] = await shop.db.sql('SELECT version FROM payments.payments WHERE id = $1', [payment.id]);
      expect(row).toEqual({ version: 2 });
      await shop.startWorker();
      await untilOrder(buyer, orderId, { status: 'confirmed', paymentStatus: 'paid' });
      expect(await eventsNamed(shop, 'orders.confirmed', { orderId })).toHaveLength(1);
    });

    it('take effect once for each id, whatever a second one under it says', async () => {
      const { payment } = await begin();
      const first = chargeEvent('charge.pending', payment); // changes nothing
      expectStatus(await sendEvent(shop, first), 200);
      const second = { ...chargeEvent('charge.failed', payment, { failureCode: 'card_declined' }), id: first.id };
      expect(await announcedBy(shop, expectStatus(await sendEvent(shop, second), 200))).toEqual([]);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'processing' });
    });

    it('that can not be applied are answered 5xx and forgotten, so that the gateway sends them again', async () => {
      const { payment } = await begin();
      const event = chargeEvent('charge.succeeded', payment);
      await shop.db.sql(`CREATE FUNCTION payments.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room'; END $$`);
      await shop.db.sql(
        `CREATE TRIGGER refuse BEFORE UPDATE ON payments.payments FOR EACH ROW EXECUTE FUNCTION payments.refuse()`,
      );
      const refused = await sendEvent(shop, event);
      await shop.db.sql('DROP FUNCTION payments.refuse CASCADE');
      expect(refused.status).toBeGreaterThanOrEqual(500);
      expect(await keptEvents(event.id)).toBe(0);
      expectStatus(await sendEvent(shop, event), 200);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded' });
    });

    it('may come before our own answer: a charge whose answer was lost is known without asking', async () => {
      const { buyer, orderId, payment } = await begin('tok_lost');
      const charge = fetch(`${shop.gatewayUrl}/charges`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': payment.id },
        body: JSON.stringify({ amount: USD(10_000), method: 'tok_lost', reference: orderId }),
      });
      await expect(charge).rejects.toThrow(); // the worker that asked would have heard nothing either
      await eventually(
        () => paymentOf(payment.id),
        ({ status }) => status === 'succeeded',
      );
      expect((await buyer.get(`/orders/${orderId}`)).body.status).toBe('pending_payment');
      await shop.startWorker();
      await untilOrder(buyer, orderId, { status: 'confirmed', paymentStatus: 'paid' });
      expect(await shop.chargesFor(orderId)).toMatchObject([{ status: 'succeeded', idempotencyKey: payment.id }]);
    });

    it('do not change what an earlier one has settled, in whatever order they come', async () => {
      const { payment } = await beginPaid();
      for (const type of ['charge.failed', 'charge.voided', 'charge.authorized', 'charge.succeeded']) {
        const answer = expectStatus(await sendEvent(shop, chargeEvent(type, payment)), 200);
        expect(await announcedBy(shop, answer)).toEqual([]);
      }
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded' });
      const other = await begin();
      expectStatus(await sendEvent(shop, chargeEvent('charge.authorized', other.payment)), 200);
      expect(await paymentOf(other.payment.id)).toMatchObject({ status: 'authorized' });
      const failed = chargeEvent('charge.failed', other.payment, { failureCode: 'card_declined' });
      expect(await announcedBy(shop, expectStatus(await sendEvent(shop, failed), 200))).toEqual([]);
      expectStatus(await sendEvent(shop, chargeEvent('charge.voided', other.payment)), 200);
      expect(await paymentOf(other.payment.id)).toMatchObject({ status: 'voided' });
    });

    it('are kept when there is nothing to do about them: of another kind, or about things we do not know', async () => {
      const strange = [
        { id: `evt_${randomUUID()}`, type: 'payout.created', data: { payout: { id: 'po_1' } } },
        { id: `evt_${randomUUID()}`, type: 'ping' },
        { id: `evt_${randomUUID()}`, type: 5 },
        { id: `evt_${randomUUID()}`, type: 'with what jsonb does not know', a: '\u0000', b: '\ud800' },
        chargeEvent('charge.succeeded', { id: randomUUID() }),
        chargeEvent('charge.succeeded', { id: 'a-key-that-is-not-ours' }),
        chargeEvent('charge.refunded', { id: 'x' }, {}, { refund: { id: 're_1', idempotencyKey: 'not-ours' } }),
      ];
      for (const event of strange) {
        const answer = await sendEvent(shop, event);
        expect([event.type, ...outcomeOf(answer)]).toEqual([event.type, 200, undefined]);
        expect(await keptEvents(event.id)).toBe(1);
        expect(await announcedBy(shop, answer)).toEqual([]);
      }
    });
  });

  it('takes the word of a gateway for its own payments and refunds alone', async () => {
    const [processing, paid] = [await begin(), await beginPaid()];
    const refundId = expectStatus(await refund(paid.payment.id, { amount: 700 }), 202).body.id as string;
    const provide = (provider: string) =>
      shop.db.sql('UPDATE payments.payments SET provider = $1 WHERE id = ANY($2)', [
        provider,
        [processing.payment.id, paid.payment.id],
      ]);
    const charged = chargeEvent('charge.succeeded', processing.payment);
    const about = { refund: { id: 're_1', idempotencyKey: refundId } };
    const refunded = chargeEvent('charge.refunded', { id: 'x' }, {}, about);
    await provide('stripe');
    for (const event of [charged, refunded]) {
      expect(await announcedBy(shop, expectStatus(await sendEvent(shop, event), 200))).toEqual([]);
      expect(await keptEvents(event.id)).toBe(1);
    }
    expect(await paymentOf(processing.payment.id)).toMatchObject({ status: 'processing' });
    expect(await paymentOf(paid.payment.id)).toMatchObject({ refunded: USD(0) });
    await provide('sandbox');
    expectStatus(await sendEvent(shop, { ...charged, id: `evt_${randomUUID()}` }), 200);
    expect(await paymentOf(processing.payment.id)).toMatchObject({ status: 'succeeded' });
  });

  describe('refunds', () => {
    it('set the money aside at once, and give it back by the word of the gateway, once', async () => {
      const { payment, orderId, buyer } = await beginPaid();
      const support = shop.as('support');
      const answer = await refund(payment.id, { amount: 4_000, reason: ' A scratch ' }, support);
      const { id } = answer.body;
      expect(answer).toMatchObject({
        status: 202,
        body: { paymentId: payment.id, amount: USD(4_000), status: 'processing', reason: 'A scratch' },
      });
      const asked = { name: 'payments.refund_requested', payload: { refundId: id }, actor: support.userId };
      expect(await announcedBy(shop, answer)).toEqual([asked]);
      expect(await paymentOf(payment.id)).toMatchObject({ refunded: USD(0) });
      const done = { refund: { id: 're_1', idempotencyKey: id } };
      for (let n = 0; n < 3; n++)
        // three events about the same refund, not one event three times
        expectStatus(await sendEvent(shop, chargeEvent('charge.refunded', payment, {}, done)), 200);
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded', refunded: USD(4_000) });
      const payload = { paymentId: payment.id, reference: orderId, refundId: id };
      expect(await eventsNamed(shop, 'payments.refunded', payload)).toMatchObject([
        { payload: { refundedMinor: 4_000, amountMinor: 10_000 } },
      ]);
      await shop.startWorker(); // it finds the refund done, confirms the order and shows what went back
      await untilOrder(buyer, orderId, { status: 'confirmed', paymentStatus: 'partially_refunded' });
      expect(outcomeOf(await refund(payment.id, { amount: 6_001 }))).toEqual(EXCEEDED);
    });

    it('are for support and admins, whoever paid', async () => {
      const { buyer, payment } = await beginPaid();
      for (const stranger of [buyer, shop.as('customer'), shop.as('warehouse')])
        expect(outcomeOf(await refund(payment.id, { amount: 1 }, stranger))).toEqual(FORBIDDEN);
      const nobody = await shop.api.post(`/payments/${payment.id}/refunds`, { amount: 1 });
      expect(outcomeOf(nobody)).toEqual(UNAUTHENTICATED);
      expect(await shop.db.sql('SELECT 1 FROM payments.refunds WHERE payment_id = $1', [payment.id])).toEqual([]);
      expectStatus(await refund(payment.id, { amount: 1 }, shop.as('admin')), 202);
    });

    it('never come to more than was paid, and are not for what was not paid', async () => {
      const { payment } = await beginPaid();
      const answers = await Promise.all(Array.from({ length: 10 }, () => refund(payment.id, { amount: 3_000 })));
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, ...Array<number>(7).fill(422)]);
      const exceeded = await refund(payment.id, { amount: Number.MAX_SAFE_INTEGER });
      expect(outcomeOf(exceeded)).toEqual(EXCEEDED);
      expect(exceeded.body.errors).toEqual([{ field: 'amount', code: 'refund_exceeds_payment', message: '1000 left' }]);
      expect((await refund(payment.id, {})).body).toMatchObject({ amount: USD(1_000) });
      expect(outcomeOf(await refund(payment.id, {}))).toEqual(EXCEEDED);
      expect(outcomeOf(await refund((await begin()).payment.id, {}))).toEqual(NOT_REFUNDABLE);
      expect(outcomeOf(await refund(randomUUID(), {}))).toEqual(NOT_FOUND);
    });

    it('that the gateway refuses are free again', async () => {
      const { payment } = await beginPaid(); // the gateway itself knows nothing of this charge
      const { id } = expectStatus(await refund(payment.id, {}), 202).body;
      await shop.startWorker();
      const [failed] = await eventually(
        () => eventsNamed(shop, 'payments.refund_failed', { refundId: id }),
        (found) => found.length > 0,
      );
      expect(failed?.payload).toMatchObject({ paymentId: payment.id, failureCode: 'charge_not_found' });
      expect(await paymentOf(payment.id)).toMatchObject({ status: 'succeeded', refunded: USD(0) });
      expect((await refund(payment.id, {})).body).toMatchObject({ amount: USD(10_000) });
    });
  });

  it('is asked about with growing pauses when the checkout is silent', async () => {
    const { payment, orderId } = await begin();
    await shop.db.sql(`UPDATE platform.sagas SET next_run_at = now() + interval '1 day' WHERE key = $1`, [orderId]);
    const age = `UPDATE payments.payments SET ask_at = now(), created_at = now() - $2::interval WHERE id = $1`;
    const look = `SELECT extract(epoch FROM ask_at - now())::int AS seconds FROM payments.payments WHERE id = $1`;
    const minutes: number[] = [];
    await shop.startWorker();
    for (const already of ['1 minute', '20 minutes', '1 day']) {
      await shop.db.sql(age, [payment.id, already]);
      const [row] = await eventually(
        () => shop.db.sql<{ seconds: number }>(look, [payment.id]),
        ([found]) => (found?.seconds ?? 0) > 120, // longer than a worker has it for itself
      );
      minutes.push((row?.seconds ?? 0) / 60);
    }
    for (const [at, longest] of [5, 20, 60].entries()) {
      expect(minutes[at]).toBeGreaterThan(0.85 * longest);
      expect(minutes[at]).toBeLessThan(1.05 * longest); // by the second it has grown older
    }
    expect(await paymentOf(payment.id)).toMatchObject({ status: 'processing' });
  });

  it('shows a payment to who pays it and to support, and to nobody else', async () => {
    const { buyer, orderId, payment } = await begin();
    const { body } = expectStatus(await buyer.get(`/payments/${payment.id}`), 200);
    expect(body).toEqual({
      ...{ id: payment.id, orderId, status: 'processing', amount: USD(10_000), refunded: USD(0), provider: 'sandbox' },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect(await paymentOf(payment.id)).toEqual(body);
    expect(outcomeOf(await shop.as('customer').get(`/payments/${payment.id}`))).toEqual(NOT_FOUND);
    expect(outcomeOf(await shop.api.get(`/payments/${payment.id}`))).toEqual(UNAUTHENTICATED);
    expect(outcomeOf(await buyer.get(`/payments/${randomUUID()}`))).toEqual(NOT_FOUND);
  });
});
