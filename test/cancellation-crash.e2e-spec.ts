import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { Program } from './support/child-process';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';
import { contradictionsOf } from './support/truth';

const MOST_POINTS = 40;
/** A refund whose answer died with its worker may have to wait until the gateway is asked about what is open. */
const UNTIL_ASKED_AGAIN_MS = 100_000;
const POINTS = ['statement', 'before_commit', 'after_commit'];

/** Built processes that get a real SIGKILL at every place of a cancellation, and another that goes on. */
describe('a process that dies while an order is cancelled', () => {
  let shop: Shop;
  /** A worker that is frozen while another one is at work, and then takes over. */
  let rescuer: Program;
  let doomedOne: Program | undefined;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    rescuer = shop.worker!;
  });
  afterEach(() => doomedOne?.kill());
  afterAll(async () => {
    rescuer.signal('SIGCONT');
    await shop.close();
  });

  interface Placed {
    buyer: ApiClient & { userId: string };
    sku: string;
    id: string;
  }
  const place = async (method: string): Promise<Placed> => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 2, method)), 201).body;
    return { buyer, sku, id };
  };
  const paid = async () => {
    const order = await place('tok_ok');
    await untilOrder(order.buyer, order.id, { status: 'confirmed' });
    return order;
  };
  const cancel = ({ buyer, id }: Placed, key = randomUUID()) => buyer.post(`/orders/${id}/cancel`, {}, { key });
  const isOver = ({ id }: Placed) =>
    shop.db.sql(`SELECT FROM platform.sagas WHERE key = $1 AND name = 'cancellation' AND status = 'done'`, [id]);
  const untilOver = (order: Placed, timeoutMs?: number) =>
    eventually(
      () => isOver(order),
      ({ length }) => length === 1,
      timeoutMs,
    );
  /** What waiting for the leases of a process that died then would do. Its last statement may arrive after its death. */
  const letLeasesRunOut = async (diedAt: Date) => {
    await shop.db.sql(
      `UPDATE platform.sagas SET next_run_at = now() WHERE status = 'running' AND lease IS NOT NULL AND updated_at <= $1`,
      [diedAt],
    );
    await shop.db.sql(
      `UPDATE platform.outbox_deliveries SET not_before = now()
       WHERE not_before <= $1::timestamptz + CASE WHEN lease IS NULL THEN interval '30 s' ELSE interval '6 s' END`,
      [diedAt],
    );
    await shop.db.sql(`SELECT pg_notify('sagas', ''), pg_notify('outbox', '')`);
  };
  const now = async () => (await shop.db.sql<{ now: Date }>('SELECT now()'))[0]!.now;
  const startDoomed = async (fault: string) =>
    (doomedOne = await Program.start('worker/src/main.js', shop.settings, `${fault}:SIGKILL`));

  /** Lets the worker run into its fault, and the other one take over. @returns whether it died before all was over */
  const outlive = async (doomed: Program, order: Placed): Promise<boolean> => {
    await Promise.race([doomed.untilEnded(), untilOver(order).catch(() => undefined)]);
    const hasDied = doomed.child.signalCode === 'SIGKILL';
    await doomed.stop();
    const diedAt = await now();
    rescuer.signal('SIGCONT');
    await eventually(
      () => letLeasesRunOut(diedAt).then(() => isOver(order)),
      ({ length }) => length === 1,
      UNTIL_ASKED_AGAIN_MS,
    );
    return hasDied;
  };

  it.each(POINTS)(
    'the worker, at every %s of giving the money back: it goes back once',
    async (point) => {
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        const [order, doomed] = await Promise.all([paid(), startDoomed(`database.${point} cancellation:${nth}`)]);
        rescuer.signal('SIGSTOP');
        expectStatus(await cancel(order), 200);
        const hasDied = await outlive(doomed, order);
        await untilOrder(order.buyer, order.id, { status: 'cancelled', paymentStatus: 'refunded' });
        expect(await contradictionsOf(shop, [order.id])).toEqual([]);
        if (hasDied) continue;
        expect(nth).toBeGreaterThan(1);
        break;
      }
    },
    600_000,
  );

  it.each(['database.statement cancellation', 'cancellation.gateway_answered'])(
    'the worker, at every %s of closing a payment that is on its way: nothing is charged',
    async (point) => {
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        rescuer.signal('SIGSTOP'); // or it would take the payment
        const order = await place('tok_ok');
        expectStatus(await cancel(order), 200);
        const hasDied = await outlive(await startDoomed(`${point}:${nth}`), order);
        await untilOrder(order.buyer, order.id, { status: 'cancelled', paymentStatus: 'failed' });
        expect((await shop.chargesFor(order.id)).filter(({ status }) => status === 'succeeded')).toEqual([]);
        expect(await contradictionsOf(shop, [order.id])).toEqual([]);
        if (hasDied) continue;
        expect(nth).toBeGreaterThan(1);
        break;
      }
    },
    600_000,
  );

  it.each(['statement', 'before_commit'])(
    'the api, at every %s of it: the same key cancels it once',
    async (point) => {
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        const order = await paid();
        const { program, api } = await shop.startApiProcess(
          {},
          `database.${point} ${order.buyer.userId}:${nth}:SIGKILL`,
        );
        const key = randomUUID();
        const cancelling = api.as(order.buyer.token as string).post(`/orders/${order.id}/cancel`, {}, { key });
        const answer = await cancelling.catch(() => undefined);
        if (answer) await program.stop();
        const again = await eventually(
          () => cancel(order, key),
          ({ status }) => status !== 409, // the dead process's connection may still hold the key
        );
        expect(expectStatus(again, 200).body).toMatchObject({ status: 'cancelled' });
        await untilOver(order);
        await untilOrder(order.buyer, order.id, { paymentStatus: 'refunded' });
        expect(await contradictionsOf(shop, [order.id])).toEqual([]);
        if (answer === undefined) continue;
        expect(nth).toBeGreaterThan(1);
        break;
      }
    },
    600_000,
  );
});
