import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { announcedBy, eventsNamed } from './support/events';
import { insertApiKey } from './support/belongings';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { register, someone, type Person } from './support/people';
import { countRows, insertAnyRow, ownerColumns } from './support/rows-of-people';
import { Shop } from './support/shop';

const WRONG = [401, 'invalid_credentials'];
const TAKEN = [409, 'email_taken'];

/** Rows that stay when a person is erased, as the books and the trail need them; what they hold of the person goes. */
const KEPT = [
  ...['users.sessions.user_id', 'orders.orders.buyer_id', 'payments.payments.buyer_id'],
  ...['notifications.mails.user_id', 'platform.changed_roles.user_id'],
];

describe('privacy', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  /** Somebody whose name and address are found nowhere else. */
  const customer = async () => {
    const person = await register(shop.api);
    const mark = `Mark${randomUUID().replaceAll('-', '')}`;
    expectStatus(await person.client.patch('/users/me', { firstName: mark }), 200);
    return { ...person, mark };
  };
  const order = async ({ client }: Person, mark: string) => {
    const wanted = anOrder(await putOnSale(shop, 5), 1, 'tok_ok');
    wanted.shippingAddress = { ...wanted.shippingAddress, name: mark, line1: `12 ${mark}` };
    return expectStatus(await client.post('/orders', wanted), 201).body.id as string;
  };
  const isErased = (userId: string) =>
    eventually(
      () => eventsNamed(shop, 'users.erased', { userId }),
      ({ length }) => length === 1,
    );
  /** The tables of the whole database that hold this text, or bytes of it. */
  const tablesWith = async (text: string) => {
    const tables = await shop.db.sql<{ name: string }>(`
      SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`);
    const found = await Promise.all(
      tables.map(async ({ name }) => {
        const rows = await shop.db.sql(`SELECT FROM ${name} t WHERE t::text ILIKE $1 LIMIT 1`, [`%${text}%`]);
        return rows.length > 0 ? [name] : [];
      }),
    );
    return found.flat().sort();
  };

  it('erases a deleted account after its time of grace: nothing personal is left, orders and books are', async () => {
    const { mark, ...person } = await customer();
    const orderId = await order(person, mark);
    await shop.startWorker({ ERASURE_GRACE: '1h' });
    await eventually(
      () => person.client.get(`/orders/${orderId}`),
      ({ body }) => body.status === 'confirmed',
    );
    const cancelled = await order(person, mark);
    expectStatus(await person.client.post(`/orders/${cancelled}/cancel`, { reason: `because ${mark}` }), 200);
    const columns = await ownerColumns(shop.db);
    const names = columns.map(({ table, column }) => `${table}.${column}`);
    expect(names).toEqual(expect.arrayContaining([...KEPT, 'users.passkeys.user_id', 'users.api_keys.owner_id']));
    const owned = columns.filter((_, at) => !KEPT.includes(names[at] ?? ''));
    for (const column of owned)
      if ((await countRows(shop.db, column, person.id)) === 0) await insertAnyRow(shop.db, column, person.id);
    await shop.db.sql(
      `INSERT INTO users.api_keys (id, owner_id, name, hint, permissions, secret_hash, expires_at)
       VALUES (uuidv7(), $1, $2, 'abcd', '{orders:place}', sha256('of nobody'), now() + interval '1 day')`,
      [person.id, `Key of ${mark}`],
    );
    await shop.db.sql(
      `INSERT INTO users.identities (user_id, issuer, subject) VALUES ($1, 'https://acme.example', $2)`,
      [...[person.id, mark]],
    );
    const before = await shop.db.sql('SELECT total_minor, status FROM orders.orders WHERE id = $1', [orderId]);
    expect(await tablesWith(mark)).toEqual(
      expect.arrayContaining([
        'orders.orders',
        'orders.timeline',
        'platform.audit_events',
        'users.api_keys',
        'users.identities',
        'users.users',
      ]),
    );

    const mistyped = { email: person.email, password: 'not what it is' };
    expect(outcomeOf(await shop.api.post('/auth/login', mistyped))).toEqual(WRONG);
    const deleted = expectStatus(await person.client.delete('/users/me'), 204);
    expect(await announcedBy(shop, deleted)).toMatchObject([{ name: 'users.deleted' }]);
    expect(outcomeOf(await person.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
    const { email, password } = person;
    expect(outcomeOf(await shop.api.post('/auth/login', { email, password }))).toEqual(WRONG);
    expect(outcomeOf(await shop.api.post('/auth/register', { ...someone(), email }))).toEqual(TAKEN);

    await shop.worker?.stop();
    await shop.startWorker({ ERASURE_GRACE: '1h' }); // its first look: too early
    await eventually(
      () => shop.db.sql('SELECT FROM platform.audit_queue'),
      ({ length }) => length === 0,
    );
    expect(await eventsNamed(shop, 'users.erased', { userId: person.id })).toEqual([]);
    await shop.db.sql(`UPDATE users.users SET deleted_at = deleted_at - interval '1 hour' WHERE id = $1`, [person.id]);
    await shop.worker?.stop();
    await shop.startWorker({ ERASURE_GRACE: '1h' });
    await isErased(person.id);

    // An event lives for 30 days, in its daily partition; the reason of a cancellation is part of it.
    const temporary = (table: string) => table.startsWith('platform.outbox_events');
    expect((await tablesWith(mark)).filter((table) => !temporary(table))).toEqual([]);
    for (const column of owned) expect([column, await countRows(shop.db, column, person.id)]).toEqual([column, 0]);
    expect(await tablesWith(email)).toEqual([]);
    expect(await shop.db.sql('SELECT total_minor, status FROM orders.orders WHERE id = $1', [orderId])).toEqual(before);
    const addresses = await shop.db.sql<{ address: string }>(
      `SELECT address FROM users.sessions WHERE user_id = $1
       UNION SELECT address FROM platform.audit_events WHERE $1::text IN (actor, resource_id)`,
      [person.id],
    );
    expect(addresses.filter(({ address }) => address !== 'erased' && address !== null)).toEqual([]);
    const methods = await shop.db.sql('SELECT DISTINCT method FROM payments.payments WHERE buyer_id = $1', [person.id]);
    expect(methods).toEqual([{ method: 'erased' }]);
    expect(outcomeOf(await shop.api.post('/auth/login', { email, password }))).toEqual(WRONG);
    const again = expectStatus(await shop.api.post('/auth/register', { ...someone(), email }), 201);
    expect(again.body.user.id).not.toBe(person.id);
  });

  it('goes on where a worker died, in batches, and passes over an account that fails', async () => {
    const people = await Promise.all([1, 2, 3].map(() => register(shop.api)));
    const [stuck, ...others] = people as [Person, ...Person[]];
    await shop.db.sql(
      `INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body)
       SELECT $1, 'k' || n, '', 200, '' FROM generate_series(1, 450) n`,
      [others[0]?.id],
    );
    for (const { client } of people) expectStatus(await client.delete('/users/me'), 204);
    await shop.db.sql(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$`);
    await shop.db.sql(`
      CREATE TRIGGER stuck BEFORE UPDATE ON users.users FOR EACH ROW
      WHEN (OLD.id = '${stuck.id}' AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION refuse()`);
    // It may die before it has said that it is ready.
    const dying = await shop
      .startWorker({ ERASURE_GRACE: '0s' }, 'database.before_commit erasure:2:SIGKILL')
      .catch(() => null);
    await eventually(async () => dying === null || dying.hasEnded, Boolean);
    await shop.startWorker({ ERASURE_GRACE: '0s' });
    for (const { id } of others) await isErased(id);
    const [keys] = await shop.db.sql('SELECT count(*) AS left FROM platform.idempotency_keys WHERE scope = $1', [
      others[0]?.id,
    ]);
    expect(keys).toEqual({ left: '0' });
    expect(await eventsNamed(shop, 'users.erased', { userId: stuck.id })).toEqual([]);
    await shop.db.sql('DROP TRIGGER stuck ON users.users');
    await shop.worker?.stop();
    await shop.startWorker({ ERASURE_GRACE: '0s' });
    await isErased(stuck.id);
  });

  it('exports everything about oneself and nothing about others, and no secrets', async () => {
    const { mark, ...person } = await customer();
    const stranger = await customer();
    const orderId = await order(person, mark);
    await order(stranger, stranger.mark);
    const key = await insertApiKey(shop, person.id, ['orders:place']);
    const secret = key.client.token ?? '';
    expect(outcomeOf(await shop.api.get('/users/me/export'))).toEqual(UNAUTHENTICATED);
    const { body, headers } = expectStatus(await person.client.get('/users/me/export'), 200);
    expect(headers.get('content-disposition')).toBe('attachment; filename="my-data.json"');
    expect(body).toEqual({
      exportedAt: expect.any(String),
      account: [expect.objectContaining({ id: person.id, email: person.email, firstName: mark })],
      identities: [],
      sessions: [expect.objectContaining({ address: '127.0.0.1' })],
      apiKeys: [
        {
          ...{ id: key.id, name: 'A machine', hint: 'ck_live_…kkkk', permissions: ['orders:place'], revokedAt: null },
          ...{ createdAt: expect.any(String), expiresAt: expect.any(String), lastUsedAt: null },
        },
      ],
      orders: [
        expect.objectContaining({
          id: orderId,
          shippingAddress: expect.objectContaining({ name: mark }),
          payments: [expect.objectContaining({ reference: orderId, status: 'processing' })],
        }),
      ],
      audit: expect.arrayContaining([
        expect.objectContaining({ action: 'orders.placed', actor: person.id, resourceId: orderId }),
        expect.objectContaining({ action: 'users.exported' }),
      ]),
    });
    const text = JSON.stringify(body);
    for (const secret_ of [secret, 'argon2', 'hash', 'token_', stranger.id, stranger.mark])
      expect(text).not.toContain(secret_);
  });

  it('exports a long life in pieces', async () => {
    const person = await register(shop.api);
    const orderId = await order(person, 'Template');
    await shop.db.sql(
      `INSERT INTO orders.orders (id, number, buyer_id, status, payment_status, currency, subtotal_minor, tax_minor,
         shipping_minor, total_minor, item_count, shipping_address, placed_at, expires_at)
       SELECT uuidv7(), 'EX-' || n, buyer_id, status, payment_status, currency, subtotal_minor, tax_minor, shipping_minor,
         total_minor, item_count, shipping_address, placed_at, expires_at
       FROM orders.orders, generate_series(1, 1000) n WHERE id = $1`,
      [orderId],
    );
    const pieces: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${person.client.token}` };
      get(`${person.client.origin}/api/v1/users/me/export`, { headers }, (answer) => {
        answer.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
        answer.once('end', resolve).once('error', reject);
      }).once('error', reject);
    });
    const { orders } = JSON.parse(pieces.join('')) as { orders: Array<{ id: string }> };
    expect(new Set(orders.map(({ id }) => id)).size).toBe(1_001);
    expect(pieces.length).toBeGreaterThan(4);
  });
});
