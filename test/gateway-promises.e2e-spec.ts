import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

/** Where each method of the sandbox gateway must end, seen in the gateway's own record. 1,000 + 500 shipping an order. */
describe('a gateway that misbehaves', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  const buy = async (method: string) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, method)), 201).body;
    return { buyer, sku, id };
  };

  /** A call that arrives at the gateway after all. @returns how it is refused */
  const chargeLate = async (reference: string, key: string, method: string) => {
    const response = await fetch(`${shop.gatewayUrl}/charges`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ amount: { amount: 1_500, currency: 'USD' }, method, reference }),
    });
    return ((await response.json()) as { error?: { code: string } }).error?.code;
  };

  it.each(['tok_error', 'tok_lost'])('%s ends paid, with one charge', async (method) => {
    const { buyer, sku, id } = await buy(method);
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'succeeded', amount: { amount: 1_500 } }]);
    expect(await truthAbout(shop, sku)).toMatchObject({
      orders: 1,
      confirmations: 1,
      chargedMinor: 1_500,
      reserved: 1,
      held: 1,
    });
  });

  it.each(['tok_slow', 'tok_down'])(
    '%s ends failed, with its key closed and nothing charged; another card is charged once',
    async (method) => {
      const { buyer, sku, id } = await buy(method);
      const failed = await untilOrder(buyer, id, { paymentStatus: 'failed' }, 40_000);
      expect(failed).toMatchObject({
        status: 'pending_payment',
        payments: [{ status: 'failed', failureCode: 'gateway_timeout' }],
      });
      expect(await chargeLate(id, failed.payments[0].id, method)).toBe('key_closed');
      expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }), 202);
      await untilOrder(buyer, id, { status: 'confirmed' });
      expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 1_500, reserved: 1 });
    },
  );

  it('a second card while the first is open is refused, and never leads to two charges', async () => {
    const { buyer, sku, id } = await buy('tok_slow');
    await eventually(
      async () => (await shop.db.sql('SELECT calls FROM payments.payments WHERE reference = $1', [id])).length,
      (rows) => rows === 1,
    );
    const second = await Promise.all(
      Array.from({ length: 5 }, () => buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' })),
    );
    expect(second.map(({ status, body }) => [status, body.code])).toEqual(Array(5).fill([409, 'payment_in_progress']));
    await untilOrder(buyer, id, { paymentStatus: 'failed' }, 40_000);
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_ok' }), 202);
    await untilOrder(buyer, id, { status: 'confirmed' });
    // The slow charge's own time has come and gone at the gateway before this is looked at.
    await eventually(
      async () => (await shop.chargesFor(id)).map(({ status }) => status).sort(),
      (seen) => seen.join() === 'succeeded,voided',
      30_000,
    );
    expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 1_500 });
  });

  it('an order that is cancelled while its payment is open ends with no money taken', async () => {
    const { buyer, sku, id } = await buy('tok_slow');
    expectStatus(await buyer.post(`/orders/${id}/cancel`, { reason: 'Too slow' }), 200);
    const { payments } = await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'failed' }, 40_000);
    expect(await chargeLate(id, payments[0].id, 'tok_slow')).toBe('key_closed');
    expect(await truthAbout(shop, sku)).toMatchObject({ chargedMinor: 0, reserved: 0, held: 0 });
  });
});
