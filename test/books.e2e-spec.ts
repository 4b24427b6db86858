import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { collectedChecks, examineBooks, runChecks } from '@platform/books';
import { brokenBooksOf } from './support/books';
import { CORRUPTIONS, type Ledgered } from './support/corruptions';
import { eventually } from './support/eventually';
import { balancesOf } from './support/ledger';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { FORBIDDEN, outcomeOf } from './support/outcome';
import { register } from './support/people';
import { Shop } from './support/shop';

const FROM_ELSEWHERE = { headers: { 'x-forwarded-for': '203.0.113.9' } };

describe('the books', () => {
  let shop: Shop;
  let given: Ledgered;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true, settings: { TRUST_PROXY: '127.0.0.1' } });
    given = await makeHistory(shop);
    await shop.worker?.stop();
  });
  afterAll(() => shop.close());

  /** Breaks something for good, looks, and repairs it. */
  const whileBroken = async <T>(look: () => Promise<T>): Promise<T> => {
    await shop.db.sql(`UPDATE inventory.stock_levels SET on_hand = on_hand + 1 WHERE sku = $1`, [given.sku]);
    try {
      return await look();
    } finally {
      await shop.db.sql(`UPDATE inventory.stock_levels SET on_hand = on_hand - 1 WHERE sku = $1`, [given.sku]);
    }
  };
  const BROKEN = 'inventory.on_hand_equals_movements';

  describe('each check', () => {
    const names = collectedChecks().map(({ name }) => name);

    it('has a way to be broken, and nothing is broken that is no check', () => {
      expect(Object.keys(CORRUPTIONS).sort()).toEqual([...names].sort());
      expect(names.length).toBeGreaterThanOrEqual(30);
    });

    it.each(names)('%s: finds what breaks it, and nobody else does', async (name) => {
      const client = new Client({ connectionString: shop.db.url });
      await client.connect();
      try {
        await client.query('BEGIN');
        await client.query('SET LOCAL session_replication_role = replica'); // past triggers and foreign keys
        for (const statement of CORRUPTIONS[name]?.(given) ?? []) await client.query(statement);
        const broken = (await runChecks(client, collectedChecks(), 5)).filter(({ count }) => count !== 0);
        expect(broken.map((outcome) => [outcome.name, outcome.count])).toEqual([[name, 1]]);
        expect(broken[0]?.ids).toHaveLength(1);
      } finally {
        await client.end();
      }
      expect(await brokenBooksOf(shop)).toEqual([]);
    });
  });

  it('ask nobody for money that a person has seen to', async () => {
    const name = 'orders.ended_orders_keep_no_money';
    const client = new Client({ connectionString: shop.db.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL session_replication_role = replica');
      for (const statement of CORRUPTIONS[name]?.(given) ?? []) await client.query(statement);
      const isBroken = async () =>
        (await runChecks(client, collectedChecks(), 5)).some((outcome) => outcome.name === name && outcome.count === 1);
      expect(await isBroken()).toBe(true);
      await client.query(
        `INSERT INTO orders.timeline (order_id, version, step, status, payment_status)
         SELECT id, 99, 'resolved', status, payment_status FROM orders.orders WHERE id = ANY($1)`,
        [[given.paidOrder, given.refundedOrder]],
      );
      expect(await isBroken()).toBe(false);
    } finally {
      await client.end();
    }
  });

  describe('are looked into', () => {
    it('in one moment, though others write meanwhile', async () => {
      await shop.db.sql('CREATE TABLE public.written (id int)');
      const rows = 'SELECT id FROM public.written';
      const wait = `SELECT 1 AS id WHERE (SELECT pg_advisory_xact_lock_shared(42)::text) = 'never'`;
      const checks = [rows, wait, rows].map((sql, at) => ({ name: `test.${at}`, rule: '', sql }));
      await shop.db.sql('SELECT pg_advisory_lock(42)');
      const looking = examineBooks(shop.db.url, checks, { timeoutSeconds: 30, shown: 1 });
      await eventually(
        () => shop.db.sql(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted`),
        (waiting) => waiting.length > 0,
      );
      await shop.db.sql('INSERT INTO public.written VALUES (1)');
      await shop.db.sql('SELECT pg_advisory_unlock(42)');
      expect((await looking).map(({ count }) => count)).toEqual([0, 0, 0]);
      await shop.db.sql('DROP TABLE public.written');
    });

    it('for no longer than they may: a check that takes too long says so and holds up no other', async () => {
      const checks = ['SELECT 1 AS id WHERE false', 'SELECT 1 AS id FROM pg_sleep(60)', 'SELECT 1 AS id'].map(
        (sql, at) => ({ name: `test.${at}`, rule: '', sql }),
      );
      const outcomes = await examineBooks(shop.db.url, checks, { timeoutSeconds: 3, shown: 1 });
      expect(outcomes.map(({ count }) => count)).toEqual([0, null, 1]);
    });

    it('without any effect: what would write is refused', async () => {
      const sql = `SELECT 1 AS id FROM platform.create_outbox_partitions(9)`;
      const outcomes = await examineBooks(shop.db.url, [{ name: 'test', rule: '', sql }], {
        timeoutSeconds: 5,
        shown: 1,
      });
      expect(outcomes).toMatchObject([{ count: null }]);
    });
  });

  describe('are shown', () => {
    const untilLookedAgain = (status: number) =>
      eventually(
        () => shop.api.get('/health/books'),
        (answer) => answer.status === status,
      );

    it('at /health/books, 503 with the count of what is broken', async () => {
      const { body } = await untilLookedAgain(200);
      expect(body.status).toBe('up');
      expect(Object.keys(body.checks).length).toBeGreaterThanOrEqual(30);
      await whileBroken(async () => {
        const broken = await untilLookedAgain(503);
        expect(broken.body).toMatchObject({ status: 'down', checks: { [BROKEN]: { status: 'down', count: 1 } } });
      });
      await untilLookedAgain(200);
    });

    it('from elsewhere only to who may read them', async () => {
      expect(outcomeOf(await shop.api.get('/health/books', FROM_ELSEWHERE))).toEqual(FORBIDDEN);
      for (const role of ['customer', 'support', 'warehouse'])
        expect(outcomeOf(await shop.as(role).get('/health/books', FROM_ELSEWHERE))).toEqual(FORBIDDEN);
      expect((await shop.as('admin').get('/health/books', FROM_ELSEWHERE)).status).toBe(200);
    });

    it('by npm run books, with the ids and an exit code', async () => {
      const good = await checkBooks(shop.settings);
      expect(good).toMatchObject({ code: 0, output: expect.stringContaining('The books are in order') });
      const broken = await whileBroken(() => checkBooks(shop.settings));
      expect(broken.code).toBe(1);
      expect(broken.output).toContain(`broken  ${BROKEN}: 1\n`);
      expect(broken.output).toContain(`${given.sku} `);
      const nowhere = await checkBooks({ ...shop.settings, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' });
      expect(nowhere.code).toBe(2);
    });

    it('by npm run books of a clone in which nothing runs, of a database that is named', async () => {
      const { DATABASE_URL } = shop.settings;
      const good = await checkBooks({ DATABASE_URL: DATABASE_URL as string }, 'tools/books.mjs');
      expect(good).toMatchObject({ code: 0, output: expect.stringContaining('The books are in order') });
    });

    it('with words in the runbook about each', () => {
      const runbook = readFileSync(join(process.cwd(), 'docs/runbook/books.md'), 'utf8');
      const described = [...runbook.matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name);
      expect(described.sort()).toEqual(
        collectedChecks()
          .map(({ name }) => name)
          .sort(),
      );
    });

    it('in the log and the metrics, once the worker has looked', async () => {
      await whileBroken(async () => {
        const worker = await shop.startWorker({ BOOKS_EVERY: '1s' });
        const isLogged = async () => worker.log.split('\n').find((line) => line.includes('books.broken'));
        const line = await eventually(isLogged, (found) => found !== undefined);
        expect(JSON.parse(line ?? '')).toMatchObject({ level: 'error', check: BROKEN, count: 1 });
        await eventually(
          () => shop.api.get('/metrics'),
          ({ body }) => body.includes(`books_offending_rows{check="${BROKEN}"} 1`),
        );
      });
      await eventually(
        () => shop.api.get('/metrics'),
        ({ body }) => body.includes(`books_offending_rows{check="${BROKEN}"} 0`),
      );
      expect((await shop.api.get('/metrics')).body).toContain(`books_age_seconds{check="${BROKEN}"}`);
    });
  });
});

/** Orders in several states, money that went back, and somebody who is signed in, all through the product. */
async function makeHistory(shop: Shop): Promise<Ledgered> {
  const { client, id: user } = await register(shop.api);
  const sku = await putOnSale(shop, 20);
  const place = async (method?: string) =>
    expectStatus(await client.post('/orders', anOrder(sku, 2, method)), 201).body.id as string;
  const [paidOrder, refundedOrder] = [await place('tok_ok'), await place('tok_ok')];
  const openOrder = await place();
  const [payment] = (await untilOrder(client, paidOrder, { status: 'confirmed' })).payments;
  const [refunded] = (await untilOrder(client, refundedOrder, { status: 'confirmed' })).payments;
  const answer = await shop.as('support').post(`/payments/${refunded.id}/refunds`, { amount: 100 });
  const refund = expectStatus(answer, 202).body.id as string;
  await untilOrder(client, refundedOrder, { paymentStatus: 'partially_refunded' });
  await eventually(
    () => balancesOf(shop.db, refundedOrder),
    ({ customers }) => customers === undefined,
  );
  await eventually(
    () => shop.db.sql('SELECT 1 FROM platform.outbox_queue UNION ALL SELECT 1 FROM platform.outbox_deliveries'),
    (waiting) => waiting.length === 0,
  );
  return { sku, paidOrder, payment: payment.id, refundedOrder, refund, openOrder, user };
}

/** The program behind `npm run books`. */
function checkBooks(
  settings: Record<string, string>,
  entry = 'dist/apps/worker/src/check-books.js',
): Promise<{ code: number | null; output: string }> {
  const program = join(process.cwd(), entry);
  const child = spawn(process.execPath, [program], { env: { ...process.env, NODE_OPTIONS: '', ...settings } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
