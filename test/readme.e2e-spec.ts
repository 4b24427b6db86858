import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program } from './support/child-process';
import { setting } from './support/database';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import { Shop } from './support/shop';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The pages say what to type; here it is typed. */
describe('the pages', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  describe("README's tour in curl", () => {
    const blocks = blocksOf(section(read('README.md'), '## Five minutes with curl'), 'sh');
    let said: string[];

    beforeAll(async () => {
      said = await typeIntoBash(blocks, {
        'http://localhost:3000/api/v1': `http://127.0.0.1:${shop.port}/api/v1`,
        'http://localhost:1080': setting('TEST_MAILBOX_URL'),
        'http://localhost:3400': shop.gatewayUrl,
      });
    }, 60_000);

    it('signs in and looks around', () => {
      expect(blocks).toHaveLength(8);
      expect(JSON.parse(said[0]!)).toMatchObject({ email: 'customer@demo.test', roles: ['customer'] });
      expect(JSON.parse(said[1]!)).toContainEqual({
        sku: 'DEMO-MUG',
        name: 'Stoneware Mug, 350 ml',
        price: 1499,
        availability: 'in_stock',
      });
    });

    it('places an order and sees it confirmed, written about and charged once', async () => {
      const orderId = said[2]!.trim();
      expect(JSON.parse(said[3]!)).toMatchObject([
        { step: 'placed', status: 'pending_payment', paymentStatus: 'processing' },
        { step: 'confirmed', status: 'confirmed', paymentStatus: 'paid' },
      ]);
      expect(said[4]).toMatch(/^Hello Clara,\n[\s\S]+ is paid and confirmed\.[\s\S]+"status": "succeeded"/);
      const order = (await (await shop.signIn('customer')).get(`/orders/${orderId}`)).body;
      expect(order).toMatchObject({ status: 'confirmed', items: [{ sku: 'DEMO-MUG', quantity: 2 }] });
      expect(await shop.chargesFor(orderId)).toMatchObject([{ idempotencyKey: order.payments[0].id }]);
    });

    it('gets the first answer again for the same key', async () => {
      expect(said[5]!.toLowerCase().split(/\s*\n/)).toEqual(['http/1.1 201 created', 'idempotent-replayed: true', '']);
      // The tour places two orders; the demo data has three.
      const orders = (await (await shop.signIn('customer')).get('/api/v2/orders')).body.data;
      expect(orders).toHaveLength(5);
    });

    it('refunds a part', async () => {
      expect(said[6]).toContain('"status": "processing"');
      expect(await shop.chargesFor(said[2]!.trim())).toMatchObject([{ status: 'succeeded', refunded: 500 }]);
    });

    it('has a card declined, and pays with another', async () => {
      const [started, charges] = [said[7]!.split('\n')[0], said[7]!.slice(said[7]!.indexOf('['))];
      expect(started).toBe('processing');
      expect(JSON.parse(charges)).toEqual([
        { status: 'succeeded' },
        { status: 'failed', failureCode: 'card_declined' },
      ]);
    });
  });

  it('docs/openapi.json is what the built API serves', async () => {
    const api = await Program.start('api/src/main.js', { ...shop.settings, PORT: '0' });
    const served = await (await fetch(`http://127.0.0.1:${api.ready.port}/docs-json`)).json();
    await api.stop();
    // If it is not, run `npm run docs` and look at what has changed: it is a contract.
    expect(JSON.parse(read('docs/openapi.json'))).toEqual(served);
  });

  describe('the runbook', () => {
    const pages = readdirSync(join(root, 'docs/runbook')).filter((name) => name !== 'README.md');
    const statements = pages.flatMap((page) =>
      blocksOf(read(`docs/runbook/${page}`), 'sql').map((sql, at) => ({ name: `${page} ${at + 1}`, sql })),
    );

    it.each(statements)('$name runs', async ({ sql }) => {
      await shop.db.sql('BEGIN');
      try {
        await shop.db.sql(filledIn(sql));
      } finally {
        await shop.db.sql('ROLLBACK');
      }
    });

    it('brings a dead letter back to its listener', async () => {
      const listener = 'send-confirmation-when-order-confirmed';
      const { id, number } = await confirmedOrder();
      await eventually(
        () => mailsAbout(number),
        (count) => count === 1,
      );
      await shop.db.sql(
        `INSERT INTO platform.outbox_dead_letters (listener, event_id, occurred_at, attempts, reason)
         SELECT $1, id, occurred_at, 12, 'planted' FROM platform.outbox_events
         WHERE name = 'orders.confirmed' AND payload ->> 'orderId' = $2`,
        [listener, id],
      );
      await eventually(
        () =>
          shop.db.sql(`DELETE FROM notifications.mails WHERE dedupe_key = $1 RETURNING id`, [
            `order-confirmation ${id}`,
          ]),
        (forgotten) => forgotten.length === 1, // a mail may be there before it is noted as sent
      );
      const [replay] = blocksOf(read('docs/runbook/dead-letters.md'), 'sql').filter((sql) =>
        sql.startsWith('WITH letters'),
      );
      await shop.db.sql(filledIn(replay!, { listener }));
      await eventually(
        () => mailsAbout(number),
        (count) => count === 2,
      );
    });

    it('lets a saga that needs attention go on with its way back', async () => {
      const buyer = shop.as('customer');
      const sku = await putOnSale(shop, 1);
      const { id } = expectStatus(await buyer.post('/orders', anOrder(sku)), 201).body;
      await shop.db.sql(`UPDATE platform.sagas SET status = 'needs_attention', last_error = 'planted' WHERE key = $1`, [
        id,
      ]);
      const [goOn] = blocksOf(read('docs/runbook/stuck-saga.md'), 'sql').filter((sql) =>
        sql.includes('SET status = coalesce'),
      );
      await shop.db.sql(filledIn(goOn!, { order_id: id }));
      await untilOrder(buyer, id, { status: 'cancelled' });
      expect((await shop.as('warehouse').get(`/inventory/${sku}`)).body).toMatchObject({ reserved: 0 });
    });
  });

  async function confirmedOrder(): Promise<{ id: string; number: string }> {
    const buyer = await shop.signIn('customer');
    const sku = await putOnSale(shop, 1);
    const { id } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body;
    return untilOrder(buyer, id, { status: 'confirmed' });
  }
});

async function mailsAbout(orderNumber: string): Promise<number> {
  const mails = (await (await fetch(`${setting('TEST_MAILBOX_URL')}/api/email`)).json()) as Array<{ subject: string }>;
  return mails.filter(({ subject }) => subject.includes(orderNumber)).length;
}

/** From a heading to the next one of its height. */
function section(page: string, heading: string): string {
  const [, text] = page.split(`${heading}\n`);
  if (text === undefined) throw new Error(`There is no "${heading}".`);
  return text.split(/^## /m)[0]!;
}

function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(([, block]) =>
    block!.trim(),
  );
}

/**
 * Types all blocks into one bash, as a reader would; it stops at the first failure.
 * @param addresses those of the page, and where they are in this test
 * @returns what each block has printed
 */
async function typeIntoBash(blocks: string[], addresses: Record<string, string>): Promise<string[]> {
  const END = '\u0001';
  let script = blocks.map((block) => `${block}\nprintf '${END}'\n`).join('');
  for (const [shown, real] of Object.entries(addresses)) {
    if (!script.includes(shown)) throw new Error(`The tour does not say ${shown}.`);
    script = script.replaceAll(shown, real);
  }
  const env = { ...process.env, NODE_OPTIONS: '', LC_ALL: 'C.UTF-8' };
  const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: root, env, timeout: 50_000 });
  return stdout.split(END).slice(0, -1);
}

const NOBODY = '01900000-0000-7000-8000-00000000ffff';

/** psql's variables, `:'name'`, with values as psql would quote them. */
function filledIn(sql: string, values: Record<string, string> = {}): string {
  const samples: Record<string, string> = {
    order_id: NOBODY,
    event_id: NOBODY,
    listener: 'nobody',
    seq: '3',
    user_id: NOBODY,
    since: '2026-01-01T00:00:00Z',
  };
  return sql.replace(/:'(\w+)'/g, (_all, name: string) => {
    const value = values[name] ?? samples[name];
    if (value === undefined) throw new Error(`The runbook wants a value for ${name}, which this test does not know.`);
    return `'${value.replaceAll("'", "''")}'`;
  });
}
