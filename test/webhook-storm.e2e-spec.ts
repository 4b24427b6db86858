import { eachAtOnce } from './support/at-once';
import { expectBooksEmpty } from './support/books';
import { eventually } from './support/eventually';
import { chargeEvent, sendEvent } from './support/gateway-events';
import { anOrder, buy, expectStatus, putOnSale } from './support/orders';
import { outcomeOf } from './support/outcome';
import { Shop } from './support/shop';

/** Events that come in a few copies each; with STORM_COPIES=100 as many copies of each as of the others, which takes minutes. */
const EVENTS = 1_000;
const COPIES = Number(process.env['STORM_COPIES'] ?? 3);
/** Events that come in a hundred copies each. */
const LOUD_EVENTS = 20;
const LOUD_COPIES = 100;
/** Connections at once: all copies of several events, and those who ask again. */
const AT_ONCE = 400;
const PATIENCE_MS = 15 * 60_000;

/** The gateway sends each of its events many times at once, and at the same instant each buyer tries to pay again. */
describe('a storm of webhooks', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const buyer = () => shop.as('customer');

  /** So many orders whose payments are under way, of one buyer. */
  const place = async (count: number, client: ReturnType<typeof buyer>) => {
    const sku = await putOnSale(shop, count);
    const order = anOrder(sku, 1, 'tok_ok');
    const placed = await eachAtOnce(Array.from({ length: count }), 16, () => buy(client, order));
    const ids = placed.map((answer) => expectStatus(answer, 201).body.id as string);
    const text = 'SELECT id, reference FROM payments.payments WHERE reference = ANY($1)';
    return shop.db.sql<{ id: string; reference: string }>(text, [ids]);
  };
  /** A gateway sends again what was not taken. @returns how often it had to */
  const deliver = async (event: object, again = 0): Promise<number> => {
    const answer = await sendEvent(shop, event).catch(() => undefined); // under load a connection may end unanswered
    if (answer === undefined || answer.status === 503) return deliver(event, again + 1);
    expect(answer.status).toBe(200);
    return again;
  };
  const oneOf = async (text: string, ids: string[]) => {
    const [row] = await shop.db.sql<{ rows: number; ids: number }>(
      `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM (${text}) found (id)`,
      [ids],
    );
    return [row?.rows, row?.ids];
  };

  it(
    `settles each payment once: ${EVENTS} events in ${COPIES} copies, ${LOUD_EVENTS} in ${LOUD_COPIES}, and their buyers at the same instant`,
    async () => {
      const client = buyer();
      const opened = Date.now();
      const payments = await place(EVENTS + LOUD_EVENTS, client);
      const ids = payments.map(({ id }) => id);
      const refusals: Array<Array<string | number | undefined>> = [];
      const payAgain = async (orderId: string) => {
        const answer = await client.post(`/orders/${orderId}/payments`, { method: 'tok_ok' }).catch(() => undefined);
        if (answer && answer.status !== 503) refusals.push(outcomeOf(answer));
        return 0;
      };
      const storm = payments.flatMap((payment, at) => {
        const event = chargeEvent('charge.succeeded', payment);
        const copies = Array.from({ length: at < LOUD_EVENTS ? LOUD_COPIES : COPIES }, () => () => deliver(event));
        return copies.toSpliced(Math.floor(copies.length / 2), 0, () => payAgain(payment.reference));
      });
      const started = Date.now();
      const repeated = await eachAtOnce(storm, AT_ONCE, (act) => act());
      const seconds = (Date.now() - started) / 1_000;

      expect(refusals.length).toBeGreaterThan(payments.length / 2);
      expect(refusals).toEqual(refusals.map(() => [409, 'payment_in_progress']));
      const all = [payments.length, payments.length];
      const ofEvents = (name: string, id: string) =>
        `SELECT payload ->> '${id}' FROM platform.outbox_events WHERE name = '${name}' AND payload ->> '${id}' = ANY($1)`;
      expect(await oneOf(ofEvents('payments.succeeded', 'paymentId'), ids)).toEqual(all);
      expect(await oneOf('SELECT id FROM payments.payments WHERE id = ANY($1) AND version = 2', ids)).toEqual(all);
      const captures = `SELECT ref_id FROM payments.ledger_transactions WHERE kind = 'capture' AND ref_id = ANY($1)`;
      expect(await oneOf(captures, ids)).toEqual(all);
      const [kept] = await shop.db.sql('SELECT count(*)::int AS events FROM payments.gateway_events');
      expect(kept).toEqual({ events: payments.length });

      await shop.startWorker();
      const orders = payments.map(({ reference }) => reference);
      await eventually(
        () => oneOf(`SELECT id FROM orders.orders WHERE id = ANY($1) AND status = 'confirmed'`, orders),
        ([confirmed]) => confirmed === payments.length,
        240_000,
      );
      expect(await oneOf(ofEvents('orders.confirmed', 'orderId'), orders)).toEqual(all);
      await expectBooksEmpty(shop);
      if (process.env['STORM_COPIES'] !== undefined)
        process.stdout.write(
          `placed in ${((started - opened) / 1_000).toFixed(1)} s; ${storm.length} requests in ${seconds.toFixed(1)} s; confirmed in ${((Date.now() - started) / 1_000 - seconds).toFixed(1)} s; ${repeated.reduce((sum, again) => sum + again, 0)} sent again; ` +
            `${refusals.length} of ${payments.length} buyers refused, the others asked to come back\n`,
        );
    },
    PATIENCE_MS,
  );
});
