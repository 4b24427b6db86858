import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ApiClient } from './support/api-client';
import type { Program } from './support/child-process';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { RowLock } from './support/row-lock';
import { Shop } from './support/shop';

const TOKEN = 'a-token-for-prometheus';

/** What an operator reads of a worker. */
const WANTED = [
  'process_cpu_seconds_total',
  'nodejs_eventloop_lag_seconds',
  'database_pool_connections',
  'outbox_waiting_events{stage="queue"}',
  'outbox_oldest_seconds{stage="delivery"}',
  'sagas_oldest_due_seconds',
  'outgoing_calls_total{target="sandbox",outcome="answered"}',
  'outgoing_circuit_state{target="sandbox",state="closed"} 1',
  'books_offending_rows{check="payments.captures_are_posted"} 0',
  'books_age_seconds{check="orders.sales_are_posted"}',
];

describe('what a worker tells of itself', () => {
  let shop: Shop;
  let worker: Program;
  let client: ApiClient;

  const clientOf = ({ ready: { port } }: Program) => new ApiClient(`http://127.0.0.1:${port}`);
  const metrics = async () => (await fetch(`http://127.0.0.1:${worker.ready.port}/metrics`)).text();

  beforeAll(async () => {
    shop = await Shop.open();
    worker = await shop.startWorker({ WORKER_PORT: '0', METRICS_TOKEN: TOKEN });
    client = clientOf(worker);
  });
  afterAll(() => shop.close());

  it('are metrics of the process and its work', async () => {
    const buyer = shop.as('customer');
    const sku = await putOnSale(shop, 5);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    await untilOrder(buyer, id, { status: 'confirmed' });
    const text = await eventually(metrics, (seen) => WANTED.every((wanted) => seen.includes(wanted)));
    expect(WANTED.filter((wanted) => !text.includes(wanted))).toEqual([]);
    const [run] = await shop.db.sql<{ id: string }>(
      `INSERT INTO payments.reconciliations (id, provider, status, covers_from, covers_to, differences)
       VALUES (uuidv7(), 'sandbox', 'done', now() - interval '1 day', now(), 1) RETURNING id`,
    );
    await shop.db.sql(
      `INSERT INTO payments.reconciliation_differences (id, reconciliation_id, kind, currency, ours_minor, theirs_minor)
       VALUES (uuidv7(), $1, 'amount_differs', 'USD', 1, 2)`,
      [run?.id],
    );
    expect(await metrics()).toContain(
      'payments_reconciliation_differences{provider="sandbox",kind="amount_differs"} 1',
    );
  });

  it('is whether it is alive and ready, and nothing else', async () => {
    const alive = await client.get('/health/live');
    expect(alive).toMatchObject({ status: 200, body: { status: 'up' } });
    const ready = await client.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'up' } });
    expect(Object.keys(ready.body.checks).sort()).toEqual(
      ['database', 'events', 'gateway', 'mail', 'migrations', 'queue'].sort(),
    );
    const base = `http://127.0.0.1:${worker.ready.port}`;
    expect((await fetch(`${base}/api/v1/products`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('is not ready while events are left behind', async () => {
    worker.signal('SIGSTOP');
    const [event] = await shop.db.sql<{ event_id: string }>(
      `WITH old AS (
         INSERT INTO platform.outbox_events (id, name, version, payload, occurred_at)
         VALUES (uuidv7(), 'test.old', 1, '{}', now() - interval '2 minutes') RETURNING id, occurred_at
       ) INSERT INTO platform.outbox_queue SELECT id, occurred_at FROM old RETURNING event_id`,
    );
    const query = 'SELECT FROM platform.outbox_queue WHERE event_id = $1';
    const lock = await RowLock.take(shop, query, [event?.event_id]); // whoever routes passes it over
    worker.signal('SIGCONT');
    const behind = await client.get('/health/ready');
    expect(behind).toMatchObject({ status: 503, body: { status: 'down', checks: { events: { status: 'down' } } } });
    await lock.release();
    await eventually(
      () => client.get('/health/ready'),
      ({ status }) => status === 200,
    );
  });

  it('names the port that is taken, before it takes any work', async () => {
    const squatter: Server = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    await expect(shop.startWorker({ WORKER_PORT: String(port) })).rejects.toThrow(
      `WORKER_PORT: port ${port} on 127.0.0.1 is taken`,
    );
    squatter.close();
  });

  it('needs no port: several start without one', async () => {
    const others = await Promise.all([shop.startWorker(), shop.startWorker()]);
    expect(others.map(({ ready }) => ready.port)).toEqual([undefined, undefined]);
    await Promise.all(others.map((other) => other.stop()));
  });
});
