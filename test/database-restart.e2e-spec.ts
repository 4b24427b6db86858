import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { eventually } from './support/eventually';
import { anOrder, putOnSale } from './support/orders';
import { OwnPostgres } from './support/own-postgres';
import { freePort, Shop } from './support/shop';

const CLIENTS = 8;
const CRASHES = 3;
const STOCK = 100_000;

interface Acknowledged {
  key: string;
  id: string;
}

/** PostgreSQL crashes under load and comes back. */
describe('a database that restarts', () => {
  let postgres: OwnPostgres;
  let shop: Shop;

  beforeAll(async () => {
    postgres = await OwnPostgres.start(await freePort());
    shop = await Shop.open({ worker: true, databaseUrl: postgres.url, prepare: migrate });
  });
  afterAll(async () => {
    await shop.close();
    await postgres.remove();
  });

  it('answers 503 with Retry-After meanwhile, is back within 5 s, and loses nothing that it has acknowledged', async () => {
    const sku = await putOnSale(shop, STOCK);
    const acknowledged: Acknowledged[] = [];
    const refusals: Array<{ status: number; retryAfter: string | null }> = [];
    let isOver = false;
    const client = async () => {
      const buyer = shop.as('customer');
      while (!isOver) {
        const key = randomUUID();
        for (let isAnswered = false; !isAnswered;) {
          const answer = await buyer.post('/orders', anOrder(sku, 1, 'tok_ok'), { key });
          isAnswered = answer.status === 201;
          if (isAnswered) acknowledged.push({ key, id: answer.body.id });
          else {
            refusals.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
            await delay(20);
          }
        }
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    for (let crash = 0; crash < CRASHES; crash++) {
      const before = acknowledged.length;
      await eventually(
        async () => acknowledged.length,
        (count) => count > before + 50,
      );
      await postgres.crash();
      const refused = refusals.length;
      await eventually(
        async () => refusals.length,
        (count) => count > refused,
      );
      await postgres.run();
      const atReturn = acknowledged.length;
      await eventually(
        async () => acknowledged.length,
        (count) => count > atReturn,
        5_000,
      );
    }
    isOver = true;
    await clients;
    expect(
      refusals.every(({ status, retryAfter }) => (status === 503 && Number(retryAfter) > 0) || status === 409),
    ).toBe(true);
    await expectAllKept(postgres.url, sku, acknowledged);
    await eventually(
      () => countOpen(postgres.url),
      (open) => open === 0,
      50_000,
    );
  });
});

/** Every acknowledged order is there once, nothing else is, and stock agrees. */
async function expectAllKept(url: string, sku: string, acknowledged: Acknowledged[]): Promise<void> {
  const ids = acknowledged.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const [row] = await query(
    url,
    `SELECT (SELECT count(*)::int FROM orders.orders o JOIN orders.lines l ON l.order_id = o.id WHERE l.sku = $1) AS orders,
       (SELECT count(*)::int FROM orders.orders WHERE id = ANY($2)) AS kept,
       (SELECT reserved::int FROM inventory.stock_levels WHERE sku = $1) AS reserved`,
    [sku, ids],
  );
  expect(row).toEqual({ orders: ids.length, kept: ids.length, reserved: ids.length });
}

/** Orders that the worker has not confirmed yet; it needs no help after a restart. */
async function countOpen(url: string): Promise<number> {
  const [row] = await query(
    url,
    `SELECT count(*)::int AS open FROM platform.sagas WHERE status = 'running' AND next_run_at < now() + interval '1 minute'`,
  );
  return row?.['open'] as number;
}

async function query(url: string, text: string, values: unknown[] = []): Promise<Array<Record<string, unknown>>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Array<Record<string, unknown>>;
  } finally {
    await client.end();
  }
}

async function migrate(settings: Record<string, string>): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', ...settings };
  await promisify(execFile)(process.execPath, [join(process.cwd(), 'dist/apps/api/src/migrate.js'), '--demo-data'], {
    env,
  });
}
