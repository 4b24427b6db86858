import type { ApiClient } from './support/api-client';
import { announcedBy, auditOf } from './support/events';
import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { refresh, register, someone, type Person } from './support/people';
import { Shop } from './support/shop';

const LAST_ADMIN = [409, 'last_admin'];
const LOCKED = [403, 'account_locked'];

describe('administration of accounts', () => {
  let shop: Shop;
  let api: ApiClient;
  let admin: ApiClient;
  let adminId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api;
    admin = await signInAdmin();
    adminId = (await admin.get('/users/me')).body.id;
  });
  afterAll(() => shop.close());

  const stepUp = (client: ApiClient, password: string) => client.post('/auth/step-up', { password });
  const signInAdmin = async () => {
    const client = await shop.signIn('admin');
    expectStatus(await stepUp(client, 'countinghouse-demo'), 204);
    return client;
  };
  const login = ({ email, password }: Person) => api.post('/auth/login', { email, password });
  const setRoles = (client: ApiClient, id: string, ...roles: string[]) => client.patch(`/users/${id}`, { roles });
  const newAdmin = async () => {
    const person = await register(api);
    expectStatus(await setRoles(admin, person.id, 'admin'), 200);
    expectStatus(await stepUp(person.client, person.password), 204);
    return person;
  };

  describe('lists', () => {
    it('show accounts page by page, and find parts of names and addresses', async () => {
      const people = [await register(api), await register(api), await register(api)];
      const listed = await readAllPages(admin, '/users?role=customer', 2);
      expect(listed.slice(0, 3).map(({ id }) => id)).toEqual(people.map(({ id }) => id).reverse());
      expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
      expect(listed[0]).toEqual({ ...people[2]?.answer.body.user, locked: false });
      const find = async (search: string) =>
        (await readAllPages(admin, `/users?search=${encodeURIComponent(search)}`, 50)).map(({ id }) => id);
      const [person] = people as [Person];
      expect(await find(person.email.slice(3, -3).toUpperCase())).toEqual([person.id]);
      expect(await find('grace hopp')).toEqual(expect.arrayContaining([person.id]));
      for (const pattern of ['%', '_', '\\', 'nobody-has-this']) expect(await find(pattern)).toEqual([]);
      expect(await readAllPages(admin, '/users?role=warehouse', 5)).toMatchObject([{ email: 'warehouse@demo.test' }]);
    });

    it.each([['role=root'], ['locked=yes'], ['search='], ['cursor=x'], ['limit=0'], ['sort=email']])(
      'refuse %s',
      async (query) => {
        expect(outcomeOf(await admin.get(`/users?${query}`))).toEqual(INVALID);
      },
    );

    it('are for who has the permission', async () => {
      const { client, id } = await register(api);
      const support = await shop.signIn('support');
      expect(outcomeOf(await client.get('/users'))).toEqual(FORBIDDEN);
      expect(outcomeOf(await client.get(`/users/${id}`))).toEqual(FORBIDDEN);
      expectStatus(await support.get('/users'), 200);
      expect(expectStatus(await support.get(`/users/${id}`), 200).headers.get('etag')).toBe('"1"');
      for (const refused of [
        await setRoles(support, id, 'support'),
        await support.delete(`/users/${id}`),
        await support.post(`/users/${id}/lock`),
        await client.patch(`/users/${id}`, { roles: ['admin'] }),
      ])
        expect(outcomeOf(refused)).toEqual(FORBIDDEN);
    });
  });

  describe('roles', () => {
    it('count at once for a token that is in use, on another process too, and after a restart', async () => {
      const person = await register(api);
      const { program, api: second } = await shop.startApiProcess();
      const there = second.as(person.client.token ?? '');
      try {
        for (const client of [person.client, there]) expect(outcomeOf(await client.get('/users'))).toEqual(FORBIDDEN);
        const changed = expectStatus(await setRoles(admin, person.id, 'support', 'customer'), 200);
        expect(changed.body).toMatchObject({ roles: ['customer', 'support'], version: 2 });
        expectStatus(await person.client.get('/users'), 200);
        await eventually(
          () => there.get('/users'),
          ({ status }) => status === 200,
          2_000,
        );
        expect(await announcedBy(shop, changed)).toEqual([
          { name: 'users.roles_changed', payload: { userId: person.id }, actor: adminId },
        ]);
        expect((await auditOf(shop, person.id)).at(-1)).toEqual({
          ...{ action: 'users.roles_changed', actor: adminId },
          ...{ before: { roles: ['customer'] }, after: { roles: ['customer', 'support'] } },
        });
        expectStatus(await setRoles(admin, person.id, 'customer'), 200);
        expect(outcomeOf(await person.client.get('/users'))).toEqual(FORBIDDEN);
        await eventually(
          () => there.get('/users'),
          ({ status }) => status === 403,
          2_000,
        );
        expectStatus(await setRoles(admin, person.id, 'support'), 200);
      } finally {
        await program.stop();
      }
      const third = await shop.startApiProcess();
      const answer = await third.api.as(person.client.token ?? '').get('/users');
      await third.program.stop();
      expectStatus(answer, 200);
    });

    it('change only after a step-up', async () => {
      const { id } = await register(api);
      const fresh = await shop.signIn('admin');
      expect(outcomeOf(await setRoles(fresh, id, 'support'))).toEqual([403, 'step_up_required']);
      expect((await admin.get(`/users/${id}`)).body).toMatchObject({ roles: ['customer'], version: 1 });
      expectStatus(await fresh.patch(`/users/${id}`, { lastName: 'Murray' }), 200);
    });

    it('change only at the version that was seen, and to what there is', async () => {
      const { id } = await register(api);
      const late = await admin.patch(`/users/${id}`, { roles: ['support'] }, { headers: { 'if-match': '"7"' } });
      expect(outcomeOf(late)).toEqual([412, 'version_mismatch']);
      for (const roles of [[], ['root'], ['admin', 'admin'], null, 'admin', [null], [[]]])
        expect([roles, ...outcomeOf(await admin.patch(`/users/${id}`, { roles }))]).toEqual([roles, ...INVALID]);
      const renamed = expectStatus(await admin.patch(`/users/${id}`, { firstName: 'Ada' }), 200);
      expect(renamed.body).toMatchObject({ firstName: 'Ada', roles: ['customer'], version: 2 });
      expect((await setRoles(admin, id, 'customer')).body.version).toBe(2);
    });
  });

  describe('locking', () => {
    it('ends all sessions, refuses every sign-in, and can be undone', async () => {
      const person = await register(api);
      const locked = expectStatus(await admin.post(`/users/${person.id}/lock`), 200);
      expect(locked.body).toMatchObject({ id: person.id, locked: true });
      expect(outcomeOf(await person.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await refresh(api, person.cookie))).toEqual([401, 'refresh_token_invalid']);
      expect(outcomeOf(await login(person))).toEqual(LOCKED);
      expect(outcomeOf(await login({ ...person, password: 'wrong' }))).toEqual([401, 'invalid_credentials']);
      expect(await readAllPages(admin, '/users?locked=true', 9)).toMatchObject([{ id: person.id }]);
      expect((await announcedBy(shop, locked)).map(({ name }) => name)).toEqual(['users.locked']);
      expectStatus(await admin.post(`/users/${person.id}/unlock`), 200);
      expectStatus(await login(person), 200);
      const lockedAt = expect.any(String);
      expect((await auditOf(shop, person.id)).filter(({ action }) => /locked$/.test(action))).toMatchObject([
        { action: 'users.locked', before: { lockedAt: null }, after: { lockedAt } },
        { action: 'users.unlocked', before: { lockedAt }, after: { lockedAt: null } },
      ]);
    });

    it('wins against sign-ins at the same time: none of their sessions is left', async () => {
      const person = await register(api);
      const signIns = Array.from({ length: 10 }, () => login(person));
      const [lock, ...answers] = await Promise.all([admin.post(`/users/${person.id}/lock`), ...signIns]);
      expectStatus(lock, 200);
      for (const { status, body } of answers) {
        expect([200, 401, 403]).toContain(status);
        if (status === 200) expect(outcomeOf(await api.as(body.accessToken).get('/users/me'))).toEqual(UNAUTHENTICATED);
      }
      const live = 'SELECT 1 FROM users.sessions WHERE user_id = $1 AND ended_at IS NULL';
      expect(await shop.db.sql(live, [person.id])).toEqual([]);
    });
  });

  describe('deleting', () => {
    it('takes an account away from everybody; its address is free again when it is erased', async () => {
      const person = await register(api);
      expectStatus(await admin.delete(`/users/${person.id}`), 204);
      expect(outcomeOf(await person.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      for (const path of [`/users/${person.id}`, '/users/01900000-0000-7000-8000-000000000000', '/users/x'])
        expect(outcomeOf(await admin.get(path))).toEqual(NOT_FOUND);
      const again = await api.post('/auth/register', { ...someone(), email: person.email });
      expect(outcomeOf(again)).toEqual([409, 'email_taken']);
    });
  });

  describe('the last administrator', () => {
    it('can be neither demoted nor locked nor deleted, by nobody', async () => {
      expect(outcomeOf(await setRoles(admin, adminId, 'customer'))).toEqual(LAST_ADMIN);
      expect(outcomeOf(await admin.delete(`/users/${adminId}`))).toEqual(LAST_ADMIN);
      expect(outcomeOf(await admin.delete('/users/me'))).toEqual(LAST_ADMIN);
      expect(outcomeOf(await admin.post(`/users/${adminId}/lock`))).toEqual([409, 'own_account']);
      const other = await newAdmin();
      expectStatus(await admin.post(`/users/${other.id}/lock`), 200);
      expect(outcomeOf(await setRoles(admin, adminId, 'customer'))).toEqual(LAST_ADMIN); // who is locked can't help
      expectStatus(await setRoles(admin, other.id, 'customer'), 200);
    });

    it('is left when two remove each other at the same time, in whichever way', async () => {
      for (let round = 0; round < 6; round++) {
        const other = await newAdmin();
        const remove = (client: ApiClient, id: string, way: number) =>
          way === 0
            ? setRoles(client, id, 'customer')
            : way === 1
              ? client.post(`/users/${id}/lock`)
              : client.delete(`/users/${id}`);
        await Promise.all([remove(admin, other.id, round % 3), remove(other.client, adminId, (round + 1) % 2)]);
        const left = await shop.db.sql<{ id: string }>(
          `SELECT id FROM users.users WHERE 'admin' = ANY(roles) AND deleted_at IS NULL AND locked_at IS NULL`,
        );
        expect(left).toHaveLength(1);
        if (left[0]?.id === adminId) continue;
        expectStatus(await other.client.post(`/users/${adminId}/unlock`), 200);
        expectStatus(await setRoles(other.client, adminId, 'admin'), 200);
        admin = await signInAdmin();
        expectStatus(await setRoles(admin, other.id, 'customer'), 200);
      }
    });
  });
});
