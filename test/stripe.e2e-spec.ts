import { expectBooksEmpty } from './support/books';
import { announcedBy } from './support/events';
import { eventually } from './support/eventually';
import { postedAbout } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { readAllPages } from './support/pages';
import { Shop } from './support/shop';
import { eventOf, signatureOf } from './support/stripe/event-sender';
import { StripeServer, type Fault, type Seen } from './support/stripe/stripe-server';

/** Orders are 1,000 + 500 shipping. */
const PRICE = 1_500;
const isConfirm = ({ path }: Seen) => path.endsWith('/confirm');
const isCreate = ({ method, path }: Seen) => method === 'POST' && path === '/v1/payment_intents';

/** The product with Stripe as its gateway: the SDK over real HTTP, against a server that speaks Stripe's wire. */
describe('Stripe', () => {
  let shop: Shop;
  let stripe: StripeServer;

  beforeAll(async () => {
    stripe = await StripeServer.listen(20_000); // the product gives up after 2.5 s; later when the circuit is open from the cases before
    const settings = { PAYMENT_PROVIDER: 'stripe', GATEWAY_TIMEOUT: '1s', ...stripe.settings };
    shop = await Shop.open({ worker: true, settings });
    stripe.events.url = `http://127.0.0.1:${shop.port}/api/v1/webhooks/payments/stripe`;
  });
  beforeEach(() => {
    stripe.faultOf = () => undefined;
    stripe.events.isWanted = () => true;
  });
  afterAll(async () => {
    await shop.close();
    stripe.close();
  });

  const buy = async (method: string) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, method)), 201).body;
    return { buyer, id: id as string };
  };
  /** What Stripe itself knows about an order. */
  const intentsOf = (orderId: string) =>
    [...stripe.account.intents.values()].filter(({ metadata }) => metadata['reference'] === orderId);
  /** The fault of the first so many requests of a kind. */
  const first = (count: number, isKind: (seen: Seen) => boolean, fault: Fault) => {
    let left = count;
    return (seen: Seen) => (isKind(seen) && left-- > 0 ? fault : undefined);
  };

  /** Compares with Stripe's list. */
  const compare = async () => {
    const admin = shop.as('admin');
    const now = Math.floor(Date.now() / 1_000);
    await eventually(
      async () => Math.floor(Date.now() / 1_000),
      (second) => second > now, // Stripe's clock has whole seconds; a run ends at the last whole one
    );
    const run = expectStatus(await admin.post('/payments/reconciliations', { days: 1 }), 202).body;
    await eventually(
      async () => (await admin.get('/payments/reconciliations')).body.data[0],
      ({ id, status }) => id === run.id && status === 'done',
    );
    return { admin, run };
  };

  it('takes a payment: one intent, made under the payment’s id, remembered, then confirmed', async () => {
    const { buyer, id } = await buy('tok_visa');
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' });
    const [intent] = intentsOf(id);
    expect(intentsOf(id)).toMatchObject([
      { status: 'succeeded', amount: PRICE, currency: 'usd', metadata: { payment_id: payments[0].id } },
    ]);
    expect(payments).toMatchObject([{ provider: 'stripe', status: 'succeeded' }]);
    const [row] = await shop.db.sql('SELECT provider_ref FROM payments.payments WHERE id = $1', [payments[0].id]);
    expect(row).toEqual({ provider_ref: intent?.id });
    expect(stripe.seen.find((seen) => isCreate(seen) && seen.key === payments[0].id)).toBeDefined();
  });

  it.each([
    ['tok_chargeDeclined', 'card_declined'],
    ['tok_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['tok_authenticationRequired', 'authentication_required'],
  ])('%s fails with %s once its intent is canceled; another card is charged once', async (method, failureCode) => {
    const { buyer, id } = await buy(method);
    const failed = await untilOrder(buyer, id, { paymentStatus: 'failed' });
    expect(failed.payments).toMatchObject([{ status: 'failed', failureCode }]);
    expect(intentsOf(id)).toMatchObject([{ status: 'canceled' }]);
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_visa' }), 202);
    await untilOrder(buyer, id, { status: 'confirmed' });
    expect(intentsOf(id).map(({ amount_received: taken }) => taken)).toEqual([0, PRICE]);
  });

  it.each([0, 1])('an intent that waits for its owner all the same is canceled; %i answers are lost', async (lost) => {
    stripe.faultOf = first(lost, isConfirm, 'lose the answer');
    stripe.events.isWanted = () => false; // whose word that it is canceled may come before ours, and does not say why
    const { buyer, id } = await buy('tok_threeDSecure');
    const { payments } = await untilOrder(buyer, id, { paymentStatus: 'failed' }, 40_000);
    expect(payments).toMatchObject([{ status: 'failed', failureCode: 'authentication_required' }]);
    expect(intentsOf(id)).toMatchObject([{ status: 'canceled', amount_received: 0 }]);
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_visa' }), 202);
    await untilOrder(buyer, id, { status: 'confirmed' });
  });

  it.each([
    ['JPY', 1_000, 1_500],
    ['ISK', 1_000, 150_000],
    ['MGA', 1_000, 15],
    ['KWD', 1_000, 1_500],
  ])('takes %s in the unit that Stripe counts in, and gives it back', async (currency, price, amount) => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5, price, currency);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_visa')), 201).body;
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    expect(payments).toMatchObject([{ amount: { amount: price + 500, currency } }]);
    expect(intentsOf(id)).toMatchObject([{ amount, currency: currency.toLowerCase() }]);
    expectStatus(await shop.as('support').post(`/payments/${payments[0].id}/refunds`, {}), 202);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(stripe.account.refundedOf(intentsOf(id)[0]!.id)).toBe(amount);
  });

  it('refuses what Stripe can’t take, instead of taking another amount', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5, 1_001, 'KWD');
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_visa')), 201).body;
    const { payments } = await untilOrder(buyer, id, { paymentStatus: 'failed' });
    expect(payments).toMatchObject([{ status: 'failed', failureCode: 'amount_not_supported' }]);
    expect(intentsOf(id)).toEqual([]);
  });

  it('a token that Stripe does not know fails at once', async () => {
    const { buyer, id } = await buy('tok_unknown');
    const { payments } = await untilOrder(buyer, id, { paymentStatus: 'failed' });
    expect(payments).toMatchObject([{ status: 'failed', failureCode: 'resource_missing' }]);
    expect(intentsOf(id)).toEqual([]);
  });

  it.each<[what: string, faultOf: () => (seen: Seen) => Fault]>([
    ['has stored a 500 under the key of the new intent', () => first(1, isCreate, 'stored 500')],
    ['answers 503 twice when it is to confirm', () => first(2, isConfirm, '503')],
    ['answers 503 to eight of the first requests', () => first(8, () => true, '503')],
    ['has stored a 500 under the key of the confirmation', () => first(1, isConfirm, 'stored 500')],
    ['loses the answer to the new intent', () => first(1, isCreate, 'lose the answer')],
    ['loses every answer to a new intent for a while', () => first(7, isCreate, 'lose the answer')],
    ['charges, and loses every answer', () => (seen) => (isConfirm(seen) ? 'lose the answer' : undefined)],
    ['never answers the first new intent', () => first(1, isCreate, 'never answer')],
  ])('ends paid, with one charge, when Stripe %s', async (_what, faultOf) => {
    stripe.faultOf = faultOf();
    stripe.events.isWanted = () => false;
    const { buyer, id } = await buy('tok_visa');
    await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'paid' }, 40_000);
    expect(intentsOf(id)).toMatchObject([{ status: 'succeeded', amount_received: PRICE }]);
  });

  it.each<[what: string, method: string, faultOf: (seen: Seen) => Fault]>([
    ['is too slow', 'tok_slow', () => undefined],
    ['never answers a confirmation', 'tok_visa', (seen) => (isConfirm(seen) ? 'never answer' : undefined)],
  ])('ends failed, with its intent canceled and nothing charged, when Stripe %s', async (_what, method, faultOf) => {
    stripe.faultOf = faultOf;
    const { buyer, id } = await buy(method);
    const failed = await untilOrder(buyer, id, { paymentStatus: 'failed' }, 40_000);
    expect(failed).toMatchObject({ status: 'pending_payment', payments: [{ failureCode: 'gateway_timeout' }] });
    stripe.faultOf = () => undefined;
    expectStatus(await buyer.post(`/orders/${id}/payments`, { method: 'tok_visa' }), 202);
    await untilOrder(buyer, id, { status: 'confirmed' });
    // A confirmation that is still on its way is refused when it arrives.
    await eventually(
      async () => stripe.seen.filter(({ path }) => path.endsWith('/confirm')).length,
      (count) => count >= 2,
    );
    expect(intentsOf(id)).toMatchObject([
      { status: 'canceled', amount_received: 0 },
      { status: 'succeeded', amount_received: PRICE },
    ]);
  });

  it('sets money aside first when it is told to; captures it, or cancels the intent', async () => {
    const { api, program } = await shop.startApiProcess({ PAYMENT_CAPTURE: 'manual' });
    const place = async () => {
      const buyer = shop.as('customer');
      const sku = await putOnSale(shop, 5);
      const placed = await api.as(buyer.token as string).post('/orders', anOrder(sku, 1, 'tok_visa'));
      const { id } = expectStatus(placed, 201).body;
      const order = await untilOrder(buyer, id, { status: 'confirmed', paymentStatus: 'authorized' });
      expect(intentsOf(id)).toMatchObject([{ status: 'requires_capture', amount_capturable: PRICE }]);
      return { buyer, id: id as string, paymentId: order.payments[0].id as string };
    };
    const taken = await place();
    stripe.faultOf = first(3, ({ path }) => path.endsWith('/capture'), 'lose the answer');
    expectStatus(await shop.as('support').post(`/payments/${taken.paymentId}/capture`), 202);
    await untilOrder(taken.buyer, taken.id, { status: 'confirmed', paymentStatus: 'paid' });
    expect(intentsOf(taken.id)).toMatchObject([{ status: 'succeeded', amount_received: PRICE }]);
    const freed = await place();
    expectStatus(await shop.as('support').post(`/payments/${freed.paymentId}/void`), 202);
    await untilOrder(freed.buyer, freed.id, { status: 'cancelled', paymentStatus: 'unpaid' });
    expect(intentsOf(freed.id)).toMatchObject([{ status: 'canceled', amount_received: 0 }]);
    await program.stop();
  });

  it('posts what Stripe keeps: with the payment when it is known by then, by the daily comparison otherwise', async () => {
    stripe.events.isWanted = () => false; // an event tells of no fee
    stripe.account.feeOf = () => ({ fee: 74, currency: 'usd' });
    const known = await buy('tok_visa');
    await untilOrder(known.buyer, known.id, { status: 'confirmed' });
    stripe.account.feeOf = () => null;
    const later = await buy('tok_visa');
    await untilOrder(later.buyer, later.id, { status: 'confirmed' });
    const feesOf = async (id: string) => (await postedAbout(shop.db, id)).filter(([kind]) => kind === 'gateway_fee');
    const FEE = [['gateway_fee', ['fees:stripe', 74], ['cash:stripe', -74]]];
    expect([await feesOf(known.id), await feesOf(later.id)]).toEqual([FEE, []]);
    stripe.account.feeOf = (intent) =>
      intent.metadata['reference'] === later.id ? { fee: 61, currency: 'eur' } : null;
    for (const _twice of [1, 2]) {
      await compare();
      const paidOut = [['gateway_fee', ['fees:stripe', 61], ['cash:stripe', -61]]];
      expect([await feesOf(known.id), await feesOf(later.id)]).toEqual([FEE, paidOut]);
    }
    const accounts = await readAllPages(shop.as('admin'), '/ledger/accounts', 100);
    const fees = accounts.filter(({ code }) => code === 'fees:stripe');
    expect(fees.map(({ type, balance }) => [type, balance.amount, balance.currency])).toEqual([
      ['expense', 61, 'EUR'],
      ['expense', 74, 'USD'],
    ]);
    stripe.account.feeOf = () => null;
    await expectBooksEmpty(shop);
  });

  it('is compared with its own list: what somebody else took there is reported', async () => {
    const { id } = await buy('tok_visa');
    await untilOrder(shop.as('support'), id, { status: 'confirmed' });
    const stranger = stripe.account.create({ amount: '4200', currency: 'usd', metadata: { order: 'by hand' } });
    await stripe.account.confirm(stranger.id);
    intentsOf(id)[0]!.amount = 1_400;
    const { admin, run } = await compare();
    const path = `/payments/reconciliation-differences?reconciliationId=${run.id}&limit=100`;
    const found = (await admin.get(path)).body.data.map(({ kind, ours, theirs }: Record<string, unknown>) => [
      kind,
      ours,
      theirs,
    ]);
    expect(found.sort()).toEqual([
      ['amount_differs', PRICE, 1_400],
      ['charge_without_payment', 0, 4_200],
    ]);
  });

  describe('refunds', () => {
    const buyPaid = async () => {
      const bought = await buy('tok_visa');
      const { payments } = await untilOrder(bought.buyer, bought.id, { status: 'confirmed' });
      return { ...bought, paymentId: payments[0].id as string };
    };
    const refund = async (paymentId: string, amount: number) =>
      expectStatus(await shop.as('support').post(`/payments/${paymentId}/refunds`, { amount }), 202).body.id as string;
    const untilRefund = (id: string, status: string) =>
      eventually(
        () => shop.db.sql<{ status: string; calls: number }>('SELECT * FROM payments.refunds WHERE id = $1', [id]),
        ([row]) => row?.status === status,
        40_000,
      );
    const madeFor = (id: string) =>
      [...stripe.account.refunds.values()].filter(({ metadata }) => metadata['refund_id'] === id);

    it('go back in parts', async () => {
      const { buyer, id, paymentId } = await buyPaid();
      await refund(paymentId, 400);
      await untilOrder(buyer, id, { paymentStatus: 'partially_refunded' });
      await refund(paymentId, 1_100);
      await untilOrder(buyer, id, { paymentStatus: 'refunded' });
      expect(stripe.account.refundedOf(intentsOf(id)[0]!.id)).toBe(PRICE);
    });

    it.each<Fault>(['lose the answer', '503', 'never answer', 'stored 500'])(
      'happen once, though Stripe would %s at first',
      async (fault) => {
        const { paymentId } = await buyPaid();
        stripe.events.isWanted = () => false;
        const times = fault === 'stored 500' ? 1 : 4; // under how many keys
        stripe.faultOf = first(times, ({ method, path }) => method === 'POST' && path === '/v1/refunds', fault);
        const id = await refund(paymentId, 700);
        await untilRefund(id, 'succeeded');
        expect(madeFor(id)).toHaveLength(1);
      },
    );

    it.each([
      ['succeeded', 600],
      ['failed', 601],
    ] as const)('that the bank has not decided stay open, and are %s by its word', async (end, amount) => {
      const { paymentId } = await buyPaid();
      stripe.account.refundEnds.set(amount, 'pending');
      const id = await refund(paymentId, amount);
      await eventually(
        async () => madeFor(id),
        (made) => made.length === 1,
      );
      expect((await untilRefund(id, 'processing'))[0]).toMatchObject({ status: 'processing' });
      stripe.account.endRefund(madeFor(id)[0]!.id, end);
      await untilRefund(id, end);
      const paid = await shop.as('support').get(`/payments/${paymentId}`);
      expect(paid.body.refunded.amount).toBe(end === 'succeeded' ? amount : 0);
    });
  });

  describe('events', () => {
    const api = () => shop.api;
    const post = (body: string, signature: string) =>
      api().post('/webhooks/payments/stripe', body, { key: null, headers: { 'stripe-signature': signature } });
    const secret = () => stripe.settings['STRIPE_WEBHOOK_SECRET']!;
    const body = JSON.stringify(eventOf('payout.created', { id: 'po_1', object: 'payout' }));
    const now = () => Math.floor(Date.now() / 1_000);

    it.each<[what: string, signature: () => string, sent: string]>([
      ['signed with another secret', () => signatureOf(body, 'whsec_another'), body],
      ['from more than five minutes ago', () => signatureOf(body, secret(), now() - 301), body],
      ['without a signature', () => '', body],
      ['with a signature of an older scheme', () => signatureOf(body, secret()).replace('v1=', 'v0='), body],
      ['of which a byte has changed', () => signatureOf(body, secret()), body.replace('po_1', 'po_2')],
    ])('are refused: %s', async (_what, signature, sent) => {
      expect(await post(sent, signature())).toMatchObject({ status: 400, body: { code: 'signature_invalid' } });
    });

    it('are kept and answered 200 when they are of a kind that we do not know', async () => {
      const answer = await post(body, signatureOf(body, secret()));
      expect(answer).toMatchObject({ status: 200, body: { received: true } });
      expect(await announcedBy(shop, answer)).toEqual([]);
      const { id } = JSON.parse(body) as { id: string };
      expect(await shop.db.sql('SELECT provider FROM payments.gateway_events WHERE event_id = $1', [id])).toEqual([
        { provider: 'stripe' },
      ]);
    });
  });

  it('gives back what was charged while another worker thought that nobody had sent it', async () => {
    await shop.worker?.stop();
    const { buyer, id } = await buy('tok_visa');
    expectStatus(await buyer.post(`/orders/${id}/cancel`, {}), 200);
    await shop.db.sql(
      `UPDATE platform.sagas SET next_run_at = now() + interval '1 hour' WHERE key = $1 AND name = 'checkout'`,
      [id],
    );
    const frozen = await shop.startWorker({}, 'cancellation.gateway_answered:1:SIGSTOP');
    await frozen.untilHalted(); // it has no id of Stripe's, so nothing was sent, it thinks
    const [payment] = await shop.db.sql<{ id: string }>('SELECT id FROM payments.payments WHERE reference = $1', [id]);
    stripe.events.isWanted = () => false;
    const metadata = { payment_id: payment!.id, reference: id };
    const card = { card: { token: 'tok_visa' } };
    const intent = stripe.account.create({
      amount: String(PRICE),
      currency: 'usd',
      metadata,
      payment_method_data: card,
    });
    await shop.db.sql('UPDATE payments.payments SET provider_ref = $2 WHERE id = $1', [payment!.id, intent.id]);
    await stripe.account.confirm(intent.id);
    await shop.db.sql(`UPDATE platform.sagas SET next_run_at = now() + interval '1 minute' WHERE key = $1`, [id]); // its lease holds
    frozen.signal('SIGCONT');
    await untilOrder(buyer, id, { status: 'cancelled', paymentStatus: 'refunded' });
    expect(stripe.account.refundedOf(intent.id)).toBe(PRICE);
    await expectBooksEmpty(shop);
    await frozen.stop();
    await shop.startWorker();
  });

  it('stays with the gateway that a payment was begun at, while new ones go elsewhere', async () => {
    const { api, program } = await shop.startApiProcess({ PAYMENT_PROVIDER: 'sandbox' });
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const placed = await api.as(buyer.token as string).post('/orders', anOrder(sku, 1, 'tok_ok'));
    const { id } = expectStatus(placed, 201).body;
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    expect(payments).toMatchObject([{ provider: 'sandbox', status: 'succeeded' }]);
    expectStatus(await shop.as('support').post(`/payments/${payments[0].id}/refunds`, {}), 202);
    await untilOrder(buyer, id, { paymentStatus: 'refunded' });
    expect(await shop.chargesFor(id)).toMatchObject([{ status: 'succeeded', refunded: PRICE }]);
    expect(intentsOf(id)).toEqual([]);
    const { checks } = (await shop.api.get('/health/ready')).body;
    expect(checks).toMatchObject({ gateway: { url: stripe.url }, gateway_sandbox: { url: shop.gatewayUrl } });
    await program.stop();
  });
});
