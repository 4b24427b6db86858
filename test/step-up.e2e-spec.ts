import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { auditOf } from './support/events';
import { sessionOf } from './support/factors';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { FORBIDDEN, INVALID, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { register, signInAgain } from './support/people';
import { Shop } from './support/shop';

const NEEDED = [403, 'step_up_required'];
const WRONG = [401, 'invalid_credentials'];
const DEMO = { password: 'countinghouse-demo' };

describe('step-up', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  /** A payment of 150,500 that has succeeded. */
  const aLargePayment = async (): Promise<string> => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5, 150_000);
    const { id: orderId } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    const [payment] = (await buyer.get(`/orders/${orderId}/payments`)).body.data;
    expectStatus(await sendEvent(shop, chargeEvent('charge.succeeded', payment)), 200);
    return payment.id;
  };
  const refund = (client: ApiClient, payment: string, body: object, key?: string) =>
    client.post(`/payments/${payment}/refunds`, body, { key });

  it('opens five minutes on this session, with the password, and says so in the audit trail', async () => {
    const { id, client, password } = await register(shop.api);
    expect(await client.post('/auth/step-up', { password })).toMatchObject({ status: 204, body: undefined });
    const rows = await shop.db.sql(
      `SELECT extract(epoch FROM expires_at - now())::int AS seconds FROM platform.step_ups WHERE session_id = $1`,
      [sessionOf(client)],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.seconds).toBeGreaterThan(290);
    expect(rows[0]?.seconds).toBeLessThanOrEqual(300);
    const [trail] = await auditOf(shop, sessionOf(client));
    expect(trail).toMatchObject({ action: 'users.stepped_up', actor: id, after: { by: 'password' } });
  });

  it('is not for who does not know the password, nor for nobody', async () => {
    const { client } = await register(shop.api);
    expect(outcomeOf(await client.post('/auth/step-up', { password: 'a wrong password' }))).toEqual(WRONG);
    expect(outcomeOf(await client.post('/auth/step-up', {}))).toEqual(INVALID);
    expect(outcomeOf(await shop.api.post('/auth/step-up', DEMO))).toEqual(UNAUTHENTICATED);
    const rows = await shop.db.sql('SELECT 1 FROM platform.step_ups WHERE session_id = $1', [sessionOf(client)]);
    expect(rows).toEqual([]);
  });

  it('clears away what has long expired', async () => {
    const [old, recent] = [randomUUID(), randomUUID()];
    await shop.db.sql(
      `INSERT INTO platform.step_ups VALUES ($1, now() - interval '25 hours'), ($2, now() - interval '1 hour')`,
      [old, recent],
    );
    const { client, password } = await register(shop.api);
    expectStatus(await client.post('/auth/step-up', { password }), 204);
    const left = await shop.db.sql('SELECT session_id AS id FROM platform.step_ups WHERE session_id = ANY($1)', [
      [old, recent],
    ]);
    expect(left).toEqual([{ id: recent }]);
  });

  it('bears few wrong guesses', async () => {
    const { program, api } = await shop.startApiProcess({ RATE_LIMIT_AUTH: '3/900' });
    const { client, password } = await register(shop.api);
    const strict = api.as(client.token ?? '');
    for (let guess = 0; guess < 3; guess++)
      expect(outcomeOf(await strict.post('/auth/step-up', { password: 'a wrong password' }))).toEqual(WRONG);
    const refused = await strict.post('/auth/step-up', { password });
    expect(outcomeOf(refused)).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await program.stop();
  });

  describe('for refunds', () => {
    it('is needed above the limit, which counts all that was asked for of the payment', async () => {
      const [support, payment] = [await shop.signIn('support'), await aLargePayment()];
      expect(outcomeOf(await refund(support, payment, { amount: 100_001 }))).toEqual(NEEDED);
      expect(outcomeOf(await refund(support, payment, {}))).toEqual(NEEDED);
      expect(await shop.db.sql('SELECT 1 FROM payments.refunds WHERE payment_id = $1', [payment])).toEqual([]);
      expect(outcomeOf(await refund(shop.as('customer'), payment, {}))).toEqual(FORBIDDEN);
      expectStatus(await refund(support, payment, { amount: 99_999 }), 202);
      expectStatus(await refund(support, payment, { amount: 1 }), 202); // the limit itself, in two
      expect(outcomeOf(await refund(support, payment, { amount: 1 }))).toEqual(NEEDED);
      expect(outcomeOf(await refund(support, payment, {}))).toEqual(NEEDED); // 50,500 are left
      expectStatus(await support.post('/auth/step-up', DEMO), 204);
      expectStatus(await refund(support, payment, {}), 202);
    });

    it('lets the same request with the same key through afterwards, on every node', async () => {
      const [support, payment, key] = [await shop.signIn('support'), await aLargePayment(), randomUUID()];
      const { program, api } = await shop.startApiProcess();
      const elsewhere = api.as(support.token ?? '');
      expect(outcomeOf(await refund(elsewhere, payment, {}, key))).toEqual(NEEDED);
      expectStatus(await support.post('/auth/step-up', DEMO), 204);
      expect(await refund(elsewhere, payment, {}, key)).toMatchObject({ status: 202, body: { paymentId: payment } });
      await program.stop();
    });

    it('holds for five minutes, and for this session only', async () => {
      const [support, other, payment] = [
        await shop.signIn('support'),
        await shop.signIn('support'),
        await aLargePayment(),
      ];
      expectStatus(await support.post('/auth/step-up', DEMO), 204);
      expect(outcomeOf(await refund(other, payment, { amount: 100_001 }))).toEqual(NEEDED);
      const later = `UPDATE platform.step_ups SET expires_at = expires_at - interval '301 seconds' WHERE session_id = $1`;
      await shop.db.sql(later, [sessionOf(support)]);
      expect(outcomeOf(await refund(support, payment, { amount: 100_001 }))).toEqual(NEEDED);
      expectStatus(await support.post('/auth/step-up', DEMO), 204);
      expectStatus(await refund(support, payment, { amount: 100_001 }), 202);
    });
  });

  it('ends with its session', async () => {
    const person = await register(shop.api);
    const { client } = await signInAgain(shop.api, person);
    expectStatus(await client.post('/auth/step-up', { password: person.password }), 204);
    expectStatus(await person.client.delete(`/auth/sessions/${sessionOf(client)}`), 204);
    expect(outcomeOf(await client.post('/auth/step-up', { password: person.password }))).toEqual(UNAUTHENTICATED);
  });

  it('keeps no answer under an Idempotency-Key: each call proves anew', async () => {
    const { client, password } = await register(shop.api);
    const key = randomUUID();
    expectStatus(await client.post('/auth/step-up', { password }, { key }), 204);
    expect(outcomeOf(await client.post('/auth/step-up', { password: 'a wrong password' }, { key }))).toEqual(WRONG);
  });
});
