import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { truthAbout } from './support/truth';

const ONE_ORDER = {
  orders: 1,
  confirmations: 1,
  announced: { placed: 1, confirmed: 1 },
  chargedMinor: 1_500,
  onHand: 5,
  reserved: 1,
  held: 1,
};
const MOST_POINTS = 40;

/** Built processes that get a real SIGKILL or SIGSTOP at a named place, and others that go on. */
describe('a process that dies', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
    await leaveNoSagas(); // the demo data has a checkout that is due
  });
  afterEach(async () => {
    await shop.worker?.kill();
    await leaveNoSagas();
  });
  afterAll(() => shop.close());

  /** For the next test only its own: a fault counts what is passed by any of them. */
  const leaveNoSagas = () => shop.db.sql(`UPDATE platform.sagas SET status = 'done' WHERE status = 'running'`);
  const place = async (method = 'tok_ok') => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, method)), 201).body;
    return { buyer, sku, id };
  };

  /** What waiting for the dead worker's lease to run out would do. */
  const letLeasesRunOut = (id: string) =>
    shop.db.sql('UPDATE platform.sagas SET next_run_at = now() WHERE key = $1', [id]);

  it.each([
    ['database.statement checkout', 5],
    ['database.before_commit checkout', 1],
    ['database.after_commit checkout', 1],
  ])(
    'the worker, at every %s of a checkout: the next one confirms the order and charges once',
    async (point, leastDeaths) => {
      let deaths = 0;
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        const { buyer, sku, id } = await place();
        const worker = await shop.startWorker({}, `${point}:${nth}:SIGKILL`);
        const confirmed = untilOrder(buyer, id, { status: 'confirmed' }, 15_000).catch(() => undefined);
        await Promise.race([worker.untilEnded(), confirmed]);
        await worker.stop();
        const hasDied = worker.child.signalCode === 'SIGKILL';
        if (hasDied) {
          deaths++;
          await letLeasesRunOut(id);
          await shop.startWorker();
          await untilOrder(buyer, id, { status: 'confirmed' });
          await shop.worker?.kill();
        }
        expect(await truthAbout(shop, sku)).toEqual(ONE_ORDER);
        if (!hasDied) break;
      }
      expect(deaths).toBeGreaterThanOrEqual(leastDeaths);
    },
    600_000, // each death is two starts of a process; on a slow machine those take seconds
  );

  it('the worker, between the gateway’s answer and its own commit: another takes over within 10 s and charges once', async () => {
    const { buyer, sku, id } = await place();
    const worker = await shop.startWorker({}, 'checkout.gateway_answered:1:SIGKILL');
    await worker.untilEnded();
    expect(await shop.chargesFor(id)).toHaveLength(1);
    await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed' }, 10_000);
    expect(await truthAbout(shop, sku)).toEqual(ONE_ORDER);
  });

  it('the worker, between the gateway’s refund and its own commit: another takes over and gives back once', async () => {
    const { buyer, sku, id } = await place();
    const first = await shop.startWorker();
    const { payments } = await untilOrder(buyer, id, { status: 'confirmed' });
    await first.stop();
    const support = shop.as('support');
    expectStatus(await support.post(`/payments/${payments[0].id}/refunds`, { amount: 400 }), 202);
    const worker = await shop.startWorker({}, `database.before_commit ${support.userId}:1:SIGKILL`);
    await worker.untilEnded();
    expect(await shop.chargesFor(id)).toMatchObject([{ refunded: 400 }]);
    await shop.db.sql('UPDATE platform.outbox_deliveries SET not_before = now()'); // the dead worker's lease
    await shop.startWorker();
    await untilOrder(buyer, id, { paymentStatus: 'partially_refunded' });
    expect(await truthAbout(shop, sku)).toEqual({ ...ONE_ORDER, chargedMinor: 1_100 });
  });

  it.each(['database.statement', 'database.before_commit', 'database.after_commit'])(
    'the api, at every %s of placing: the same key gives the same order, once',
    async (point) => {
      let deaths = 0;
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        const buyer = shop.as('customer');
        const sku = await putOnSale(shop, 5);
        const { program, api } = await shop.startApiProcess({}, `${point} ${buyer.userId}:${nth}:SIGKILL`);
        const key = randomUUID();
        const request = anOrder(sku, 1, 'tok_ok');
        const answer = await api
          .as(buyer.token as string)
          .post('/orders', request, { key })
          .catch(() => undefined);
        const hasDied = answer === undefined;
        if (hasDied) deaths++;
        else await program.stop();
        const [first, second] = [await retry(buyer, request, key), await retry(buyer, request, key)];
        expect(second.id).toBe(first.id);
        if (answer) expect(answer.body.id).toBe(first.id);
        expect(await truthAbout(shop, sku)).toMatchObject({
          ...{ orders: 1, onHand: 5, reserved: 1, held: 1 },
          announced: { placed: 1, confirmed: 0 },
        });
        if (!hasDied) break;
      }
      expect(deaths).toBeGreaterThanOrEqual(1);
    },
    600_000, // each death is two starts of a process; on a slow machine those take seconds
  );

  it('a worker that was frozen beyond its lease and wakes: its late write is refused', async () => {
    const { buyer, sku, id } = await place();
    const frozen = await shop.startWorker({}, 'checkout.gateway_answered:1:SIGSTOP');
    await eventually(
      () => shop.chargesFor(id),
      (charges) => charges.length === 1,
    );
    const other = await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed' });
    frozen.signal('SIGCONT');
    await eventually(
      async () => frozen.log,
      (log) => log.includes('sagas.lease_lost'),
    );
    expect(await truthAbout(shop, sku)).toEqual(ONE_ORDER);
    await Promise.all([frozen.stop(), other.stop()]);
  });

  it('a worker that was frozen inside a transaction: the database ends that transaction, another worker goes on', async () => {
    const { buyer, sku, id } = await place();
    const frozen = await shop.startWorker({}, 'database.before_commit checkout:1:SIGSTOP');
    await eventually(
      () => shop.chargesFor(id),
      (charges) => charges.length === 1,
    );
    const other = await shop.startWorker();
    await untilOrder(buyer, id, { status: 'confirmed' }, 45_000);
    frozen.signal('SIGCONT');
    await eventually(
      async () => frozen.log,
      (log) => /sagas\.(step_failed|lease_lost|run_failed)/.test(log),
    );
    expect(await truthAbout(shop, sku)).toEqual(ONE_ORDER);
    await Promise.all([frozen.stop(), other.stop()]);
  });

  it('two workers side by side never do the same work twice', async () => {
    const sku = await putOnSale(shop, 60);
    const second = await shop.startWorker();
    await shop.startWorker();
    const buyers = Array.from({ length: 60 }, () => shop.as('customer'));
    const placed = await Promise.all(buyers.map((buyer) => buyer.post('/orders', anOrder(sku, 1, 'tok_ok'))));
    await Promise.all(
      placed.map(({ body }, n) => untilOrder(buyers[n] as ApiClient, body.id, { status: 'confirmed' }, 40_000)),
    );
    expect(await truthAbout(shop, sku)).toEqual({
      orders: 60,
      confirmations: 60,
      announced: { placed: 60, confirmed: 60 },
      chargedMinor: 90_000,
      onHand: 60,
      reserved: 60,
      held: 60,
    });
    await second.stop();
  });

  // Sagas that a test did not need any more were ended past the product.
  it('leaves the books in order', () => expectBooksEmpty(shop, ['orders.checkouts_run']));
});

/** A client that goes on asking until it has an answer. */
async function retry(buyer: ApiClient, request: object, key: string) {
  const answer = await eventually(
    () => buyer.post('/orders', request, { key }),
    ({ status }) => status !== 409,
  );
  return expectStatus(answer, 201).body;
}
