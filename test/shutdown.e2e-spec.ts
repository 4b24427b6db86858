import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { ApiClient } from './support/api-client';
import type { Program } from './support/child-process';
import { eventually } from './support/eventually';
import { anOrder, putOnSale } from './support/orders';
import { Shop } from './support/shop';

const CLIENTS = 16;

/** A built api on real sockets that is asked to stop while clients, who keep their connections, use it. */
describe('SIGTERM', () => {
  let shop: Shop;
  let sku: string;

  beforeAll(async () => {
    shop = await Shop.open();
    sku = await putOnSale(shop, 1_000_000);
  });
  afterAll(() => shop?.close());

  const ordersOf = async (userId: string) =>
    (await shop.db.sql<{ count: number }>('SELECT count(*)::int FROM orders.orders WHERE buyer_id = $1', [userId]))[0]
      ?.count;
  const isRefused = (api: ApiClient) =>
    api.get('/health/live').then(
      () => false,
      () => true,
    );

  it('takes no longer than SHUTDOWN_TIMEOUT in all, whatever the balancer’s lag is', async () => {
    const { program } = await shop.startApiProcess({ DRAIN_LAG: '10m', SHUTDOWN_TIMEOUT: '1s' });
    expect(await program.stop()).toBe(1);
  });

  it('lets everything end that was accepted, closes each connection with its last answer, and exits with 0', async () => {
    const { program, api } = await shop.startApiProcess();
    const buyer = shop.as('customer');
    const client = api.as(buyer.token as string);
    const holder = new Client({ connectionString: shop.db.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM inventory.stock_levels WHERE sku = $1 FOR UPDATE', [sku]);
    const answers = Promise.all(Array.from({ length: 8 }, () => client.post('/orders', anOrder(sku, 1))));
    await eventually(
      async () => (await shop.db.sql(WAITING_FOR_LOCKS)).length,
      (waiting) => waiting === 8,
    );
    program.signal('SIGTERM');
    await eventually(
      () => isRefused(api),
      (refused) => refused,
    );
    await holder.query('COMMIT');
    await holder.end();
    for (const { status, headers } of await answers)
      expect([status, headers.get('connection')]).toEqual([201, 'close']);
    await program.untilEnded();
    expect(program.child.exitCode).toBe(0);
    expect(await ordersOf(buyer.userId)).toBe(8);
  });

  it('fails nobody who stops sending when readiness says so', async () => {
    const { program, api } = await shop.startApiProcess({ DRAIN_LAG: '5s' });
    const buyer = shop.as('customer');
    const balancer = new Balancer(api);
    const clients = Array.from({ length: CLIENTS }, () => load(api.as(buyer.token as string), sku, balancer));
    await eventually(
      () => ordersOf(buyer.userId),
      (orders = 0) => orders > 50,
    );
    program.signal('SIGTERM');
    await eventually(
      () => balancer.look(),
      (isOpen) => !isOpen,
    );
    const seen = (await Promise.all(clients)).flat();
    expect(seen.filter((each) => each !== 201)).toEqual([]);
    await endedWell(program);
    expect(await ordersOf(buyer.userId)).toBe(seen.length);
  });
});

const WAITING_FOR_LOCKS = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Says whether to send, as a load balancer does: it looks at readiness every now and then. */
class Balancer {
  isOpen = true;

  constructor(private readonly api: ApiClient) {}

  async look(): Promise<boolean> {
    const { status, body } = await this.api.get('/health/ready');
    this.isOpen = status === 200;
    if (!this.isOpen) expect([status, body.status]).toEqual([503, 'draining']);
    return this.isOpen;
  }
}

/** Places one order after the other; three more after readiness has said no, as a balancer is never the first to know. */
async function load(client: ApiClient, sku: string, balancer: Balancer): Promise<Array<number | string>> {
  const seen: Array<number | string> = [];
  for (let more = 3; more > 0; more -= balancer.isOpen ? 0 : 1) {
    const outcome = await client.post('/orders', anOrder(sku, 1), { key: randomUUID() }).then(
      ({ status }) => status,
      (error: Error) => String(error.cause ?? error),
    );
    seen.push(outcome);
  }
  return seen;
}

async function endedWell(program: Program): Promise<void> {
  await program.untilEnded();
  expect([program.child.exitCode, program.log.includes('"level":"error"')]).toEqual([0, false]);
}
