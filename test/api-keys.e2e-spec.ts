import { randomUUID } from 'node:crypto';
import { VerifiedTokens } from '@platform/auth';
import type { ApiClient } from './support/api-client';
import { auditOf } from './support/events';
import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { register } from './support/people';
import { Shop } from './support/shop';

describe('API keys', () => {
  let shop: Shop;
  let admin: ApiClient;
  let adminId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    admin = await signIn('admin');
    adminId = (await admin.get('/users/me')).body.id;
  });
  afterAll(() => shop.close());

  const signIn = async (role: 'admin' | 'support' | 'warehouse') => {
    const client = await shop.signIn(role);
    expectStatus(await client.post('/auth/step-up', { password: 'countinghouse-demo' }), 204);
    return client;
  };
  /** Makes a key, and shows it. */
  const make = async (client: ApiClient, permissions: string[], more: object = {}) => {
    const { body } = expectStatus(await client.post('/api-keys', { name: 'A machine', permissions, ...more }), 201);
    return { id: body.id as string, secret: body.secret as string, body, machine: shop.api.as(body.secret) };
  };
  const staffWithKey = async (permissions: string[], role = 'support') => {
    const person = await register(shop.api);
    expectStatus(await admin.patch(`/users/${person.id}`, { roles: [role] }), 200);
    expectStatus(await person.client.post('/auth/step-up', { password: person.password }), 204);
    return { person, ...(await make(person.client, permissions)) };
  };
  /** What was believed for a minute is looked up again. */
  const aMinuteLater = () => shop.app.get(VerifiedTokens, { strict: false }).forgetAll();

  it('are shown once, and kept as hashes', async () => {
    const { id, secret, body } = await make(admin, ['orders:read'], { lifetimeDays: 30 });
    expect(secret).toMatch(/^ck_live_[\w-]{43}$/);
    expect(body).toEqual({
      ...{ id, secret, ownerId: adminId, name: 'A machine', permissions: ['orders:read'], lastUsedAt: null },
      hint: `ck_live_…${secret.slice(-4)}`,
      ...{ expiresAt: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(30 * 86_400_000);
    const [row] = await shop.db.sql('SELECT t::text AS row FROM users.api_keys t WHERE id = $1', [id]);
    expect(row?.row).not.toContain(secret.slice(8));
    const listed = await readAllPages(admin, '/api-keys', 1);
    expect(listed.find((key) => key.id === id)).toEqual({ ...body, secret: undefined });
    expect(JSON.stringify(listed)).not.toContain(secret);
  });

  it('are made once and shown again under an Idempotency-Key, whose record is sealed', async () => {
    const wish = { name: 'Tried twice', permissions: ['orders:read'] };
    const twice = async (path: string, body: object) => {
      const key = randomUUID();
      const [first, again] = [await admin.post(path, body, { key }), await admin.post(path, body, { key })];
      expect(first.body.secret).toMatch(/^ck_live_/);
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      const [stored] = await shop.db.sql('SELECT body FROM platform.idempotency_keys WHERE key = $1', [key]);
      expect(stored?.body).toMatch(/^sealed:[\w+/=]+$/);
      const other = await admin.post('/api-keys', { ...wish, name: 'Other' }, { key });
      expect(outcomeOf(other)).toEqual([422, 'idempotency_key_reused']);
      return first.body.id as string;
    };
    const id = await twice('/api-keys', wish);
    expect(await twice(`/api-keys/${id}/rotate`, {})).toBe(id);
    expect(await shop.db.sql('SELECT 1 FROM users.api_keys WHERE name = $1', [wish.name])).toHaveLength(1);
  });

  it('are not made again when what their answer was sealed with is gone', async () => {
    const [key, body] = [randomUUID(), { name: 'Sealed for good', permissions: ['orders:read'] }];
    expectStatus(await admin.post('/api-keys', body, { key }), 201);
    await shop.db.sql(`UPDATE platform.idempotency_keys SET body = 'sealed:AmsxAAAA' WHERE key = $1`, [key]);
    expect(outcomeOf(await admin.post('/api-keys', body, { key }))).toEqual([409, 'idempotency_answer_lost']);
    const other = await admin.post('/api-keys', { ...body, name: 'Other' }, { key });
    expect(outcomeOf(other)).toEqual([422, 'idempotency_key_reused']);
  });

  it('do what they were made for, and nothing else', async () => {
    const { machine } = await make(admin, ['orders:read']);
    const order = '01900000-0000-7000-8000-00000000d002';
    expectStatus(await machine.get(`/orders/${order}`), 200);
    expectStatus(await machine.get('/api/v2/orders'), 200);
    expect(outcomeOf(await machine.get('/inventory'))).toEqual(FORBIDDEN);
    expect(outcomeOf(await machine.post(`/orders/${order}/cancel`, {}))).toEqual(FORBIDDEN);
    for (const refused of [
      await machine.get('/users/me'),
      await machine.delete('/users/me'),
      await machine.get('/auth/sessions'),
      await machine.post('/auth/logout-all'),
      await machine.post('/auth/step-up', { password: 'countinghouse-demo' }),
      await machine.post('/auth/password/change', {
        currentPassword: 'countinghouse-demo',
        password: 'a new password 1',
      }),
      await machine.post('/api-keys', { name: 'More', permissions: ['orders:read'] }),
      await machine.get('/api-keys'),
    ])
      expect(outcomeOf(refused)).toEqual(FORBIDDEN);
    const { machine: writer } = await make(admin, ['users:write', 'users:read']);
    const { id } = await register(shop.api);
    expect(outcomeOf(await writer.patch(`/users/${id}`, { roles: ['admin'] }))).toEqual(FORBIDDEN); // more than it may
  });

  it('are made by who may, after a step-up, for what they may themselves', async () => {
    const support = await signIn('support');
    const wish = (permissions: unknown) => ({ name: 'A machine', permissions });
    expect(outcomeOf(await support.post('/api-keys', wish(['orders:ship'])))).toEqual(FORBIDDEN);
    expect(outcomeOf(await admin.post('/api-keys', wish(['api_keys:write'])))).toEqual(INVALID);
    for (const bad of [[], ['nope'], ['orders:read', 'orders:read'], 'orders:read', null])
      expect(outcomeOf(await admin.post('/api-keys', wish(bad)))).toEqual(INVALID);
    const { client } = await register(shop.api);
    expect(outcomeOf(await client.post('/api-keys', wish(['orders:place'])))).toEqual(FORBIDDEN);
    const fresh = await shop.signIn('support');
    expect(outcomeOf(await fresh.post('/api-keys', wish(['orders:read'])))).toEqual([403, 'step_up_required']);
  });

  it('never may more than their owners may now', async () => {
    const { person, machine } = await staffWithKey(['orders:read', 'inventory:read']);
    expectStatus(await machine.get('/inventory'), 200);
    expectStatus(await admin.patch(`/users/${person.id}`, { roles: ['customer'] }), 200);
    expect(outcomeOf(await machine.get('/inventory'))).toEqual(FORBIDDEN);
    expectStatus(await admin.patch(`/users/${person.id}`, { roles: ['warehouse'] }), 200);
    expectStatus(await machine.get('/inventory'), 200);
    expectStatus(await admin.post(`/users/${person.id}/lock`), 200);
    expect(outcomeOf(await machine.get('/inventory'))).toEqual(UNAUTHENTICATED);
    expectStatus(await admin.post(`/users/${person.id}/unlock`), 200);
    expectStatus(await machine.get('/inventory'), 200);
    expectStatus(await admin.delete(`/users/${person.id}`), 204);
    expect(outcomeOf(await machine.get('/inventory'))).toEqual(UNAUTHENTICATED);
  });

  it('are revoked at once, on another process too, by their owner or an administrator', async () => {
    const { person, id, secret, machine } = await staffWithKey(['orders:read']);
    const { program, api } = await shop.startApiProcess();
    try {
      const there = api.as(secret);
      for (const client of [machine, there]) expectStatus(await client.get('/api/v2/orders'), 200);
      const stranger = await signIn('warehouse');
      expect(outcomeOf(await stranger.delete(`/api-keys/${id}`))).toEqual(NOT_FOUND);
      expect(outcomeOf(await stranger.post(`/api-keys/${id}/rotate`, {}))).toEqual(NOT_FOUND);
      expectStatus(await person.client.delete(`/api-keys/${id}`), 204);
      expect(outcomeOf(await machine.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
      await eventually(
        () => there.get('/api/v2/orders'),
        ({ status }) => status === 401,
        2_000,
      );
    } finally {
      await program.stop();
    }
    expect(outcomeOf(await person.client.delete(`/api-keys/${id}`))).toEqual(NOT_FOUND);
    const other = await make(person.client, ['orders:read']);
    expectStatus(await admin.delete(`/api-keys/${other.id}`), 204);
    expect(outcomeOf(await other.machine.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
    const what = { permissions: ['orders:read'] };
    expect(await auditOf(shop, id)).toEqual([
      { action: 'users.api_key_made', actor: person.id, before: null, after: what },
      { action: 'users.api_key_revoked', actor: person.id, before: what, after: null },
    ]);
  });

  it('count as they are within their age on every node, even if the signal of a change is lost', async () => {
    const { person, id, secret } = await staffWithKey(['orders:read', 'inventory:read']);
    const { program, api } = await shop.startApiProcess({ API_KEY_BELIEVED: '1s' });
    try {
      const there = api.as(secret);
      const until = (status: number) =>
        eventually(
          () => there.get('/inventory'),
          (answer) => answer.status === status,
          5_000,
        );
      await until(200);
      // Past the product: no signal tells the other process.
      await shop.db.sql(`UPDATE users.api_keys SET permissions = '{orders:read}' WHERE id = $1`, [id]);
      await until(403);
      await shop.db.sql(`UPDATE users.api_keys SET permissions = '{inventory:read}' WHERE id = $1`, [id]);
      await until(200);
      await shop.db.sql(`UPDATE users.users SET roles = '{customer}' WHERE id = $1`, [person.id]);
      await until(403);
      await shop.db.sql('UPDATE users.api_keys SET revoked_at = now() WHERE id = $1', [id]);
      await until(401);
    } finally {
      await program.stop();
    }
    await expect(shop.startApiProcess({ API_KEY_BELIEVED: '61s' })).rejects.toThrow(); // a minute is the promise
  });

  it('tell the other processes at once what their owners may', async () => {
    const { person, secret } = await staffWithKey(['inventory:read']);
    const { program, api } = await shop.startApiProcess();
    try {
      expectStatus(await api.as(secret).get('/inventory'), 200);
      expectStatus(await admin.patch(`/users/${person.id}`, { roles: ['customer'] }), 200);
      await eventually(
        () => api.as(secret).get('/inventory'),
        ({ status }) => status === 403,
        2_000,
      );
    } finally {
      await program.stop();
    }
  });

  it('get other secrets, of which the one before stays good for a while', async () => {
    const { id, machine, secret } = await make(admin, ['orders:read']);
    const rotate = async (graceSeconds: number) => {
      const { body } = expectStatus(await admin.post(`/api-keys/${id}/rotate`, { graceSeconds }), 200);
      expect(body).toMatchObject({ id, secret: expect.stringMatching(/^ck_live_/) });
      return shop.api.as(body.secret);
    };
    const second = await rotate(3_600);
    expect(second.token).not.toBe(secret);
    for (const client of [machine, second]) expectStatus(await client.get('/api/v2/orders'), 200);
    await shop.db.sql('UPDATE users.api_keys SET previous_until = now() WHERE id = $1', [id]);
    aMinuteLater();
    expect(outcomeOf(await machine.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
    expectStatus(await second.get('/api/v2/orders'), 200);
    const third = await rotate(0);
    expect(outcomeOf(await second.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
    expectStatus(await third.get('/api/v2/orders'), 200);
    expect(outcomeOf(await admin.post(`/api-keys/${id}/rotate`, { graceSeconds: -1 }))).toEqual(INVALID);
  });

  it('expire', async () => {
    const { id, machine } = await make(admin, ['orders:read']);
    expectStatus(await machine.get('/api/v2/orders'), 200);
    await shop.db.sql('UPDATE users.api_keys SET expires_at = now() WHERE id = $1', [id]);
    aMinuteLater();
    expect(outcomeOf(await machine.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
    expect(outcomeOf(await admin.post(`/api-keys/${id}/rotate`, {}))).toEqual(NOT_FOUND);
  });

  it('note their use, once a minute', async () => {
    const { id, machine } = await make(admin, ['orders:read']);
    const read = async () =>
      (await shop.db.sql('SELECT last_used_at, xmin::text FROM users.api_keys WHERE id = $1', [id]))[0];
    for (let n = 0; n < 5; n++) expectStatus(await machine.get('/api/v2/orders'), 200);
    const first = await read();
    expect(first?.last_used_at).toBeInstanceOf(Date);
    aMinuteLater(); // another node, say, within the same minute
    expectStatus(await machine.get('/api/v2/orders'), 200);
    expect(await read()).toEqual(first);
    await shop.db.sql(`UPDATE users.api_keys SET last_used_at = now() - interval '61 seconds' WHERE id = $1`, [id]);
    aMinuteLater();
    expectStatus(await machine.get('/api/v2/orders'), 200);
    expect((await read())?.last_used_at).not.toEqual(first?.last_used_at);
  });

  it('are the actors of what they do, with idempotency keys of their own', async () => {
    const { id, machine } = await make(admin, ['orders:place']);
    const sku = await putOnSale(shop, 5);
    const key = randomUUID();
    const byMachine = expectStatus(await machine.post('/orders', anOrder(sku), { key }), 201);
    const byOwner = expectStatus(await admin.post('/orders', anOrder(sku), { key }), 201);
    expect(byOwner.body.id).not.toBe(byMachine.body.id);
    expectStatus(await machine.get(`/orders/${byMachine.body.id}`), 200);
    expect((await auditOf(shop, byMachine.body.id))[0]?.actor).toBe(`api-key:${id}`);
    expect((await auditOf(shop, byOwner.body.id))[0]?.actor).toBe(adminId);
  });

  it('have limits of their own', async () => {
    const { program, api } = await shop.startApiProcess({ RATE_LIMIT_DEFAULT: '6/60' });
    try {
      const [one, two] = [await make(admin, ['orders:read']), await make(admin, ['orders:read'])];
      const [first, second] = [api.as(one.secret), api.as(two.secret)];
      for (const client of [first, second]) expectStatus(await client.get('/api/v2/orders'), 200); // counted by address
      for (let n = 0; n < 6; n++) expectStatus(await first.get('/api/v2/orders'), 200);
      expect(outcomeOf(await first.get('/api/v2/orders'))).toEqual([429, 'rate_limited']);
      expectStatus(await second.get('/api/v2/orders'), 200);
    } finally {
      await program.stop();
    }
  });

  it.each([['ck_live_'], ['ck_live_short'], [`ck_live_${'x'.repeat(43)}`], [`ck_test_${'x'.repeat(43)}`], ['ck_']])(
    'are not %s',
    async (secret) => {
      expect(outcomeOf(await shop.api.as(secret).get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
    },
  );
});
