import { randomUUID } from 'node:crypto';
import type * as Argon2 from '@node-rs/argon2';
import { hash } from '@node-rs/argon2';
import type { ApiClient } from './support/api-client';
import { announcedBy, auditOf } from './support/events';
import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { FORBIDDEN, INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { cookieOf, refresh, register, signInAgain, someone } from './support/people';
import { Shop } from './support/shop';

const TOKEN_INVALID = [401, 'refresh_token_invalid'];
const TOKEN_REUSED = [401, 'refresh_token_reused'];
const WRONG = [401, 'invalid_credentials'];

describe('users', () => {
  let shop: Shop;
  let api: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api;
  });
  afterAll(() => shop.close());

  const usedLongAgo = (userId: string, seconds: number) =>
    shop.db.sql(
      `UPDATE users.refresh_tokens SET used_at = used_at - make_interval(secs => $2)
       WHERE used_at IS NOT NULL AND session_id IN (SELECT id FROM users.sessions WHERE user_id = $1)`,
      [userId, seconds],
    );

  describe('registering and signing in', () => {
    it('opens an account, signs it in and tells nothing secret', async () => {
      const wanted = someone();
      const answer = await api.post('/auth/register', { ...wanted, email: `  ${wanted.email.toUpperCase()} ` });
      expect(answer).toMatchObject({ status: 201, body: { tokenType: 'Bearer', expiresIn: 900 } });
      expect(Object.keys(answer.body).sort()).toEqual(['accessToken', 'expiresIn', 'tokenType', 'user']);
      const { id } = answer.body.user;
      expect(answer.body.user).toEqual({
        ...{ id, email: wanted.email, firstName: 'Grace', lastName: 'Hopper', roles: ['customer'] },
        ...{ emailVerified: false, version: 1, createdAt: expect.any(String), updatedAt: expect.any(String) },
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.getSetCookie()[0]).toMatch(
        /^refresh_token=[\w-]{43}; Max-Age=604800; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict$/,
      );
      const rows = await shop.db.sql('SELECT email, password_hash FROM users.users WHERE id = $1', [id]);
      expect(rows).toEqual([{ email: wanted.email, password_hash: expect.stringMatching(/^\$argon2id\$/) }]);
      expect(await announcedBy(shop, answer)).toEqual([
        { name: 'users.registered', payload: { userId: id }, actor: id },
      ]);
      expect(await auditOf(shop, id)).toMatchObject([{ action: 'users.registered', actor: id }]);
      expect(JSON.stringify(await auditOf(shop, id))).not.toContain('argon2');
      expect(await shop.api.as(answer.body.accessToken).get('/users/me')).toMatchObject({ status: 200, body: { id } });
    });

    it('gives an e-mail to one of ten who want it at the same time, whatever its case', async () => {
      const wanted = someone();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          api.post('/auth/register', { ...wanted, email: n % 2 ? wanted.email : wanted.email.toUpperCase() }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('email_taken');
      const rows = await shop.db.sql('SELECT 1 FROM users.users WHERE lower(email) = $1', [wanted.email]);
      expect(rows).toHaveLength(1);
    });

    it.each([
      ['a short password', { password: 'eleven char' }, 'password min_length'],
      ['a leaked password', { password: 'password1234' }, 'password leaked_password'],
      ['a password with the own name in it', { password: 'grace hopper said so' }, 'password contains_identity'],
      ['an address that is none', { email: 'nope' }, 'email is_email'],
      ['an address that mail servers refuse', { email: '"a b"@example.test' }, 'email is_email'],
      ['a name that nobody sees', { firstName: '\u200b' }, 'firstName text'],
      ['a web address for a name', { lastName: 'see https://evil.example' }, 'lastName no_link'],
      ['a blank name', { firstName: '  ' }, 'firstName is_length'],
      ['a control character in a name', { lastName: 'Hop\u0007per' }, 'lastName text'],
      ['a role to be given', { roles: ['admin'] }, 'roles unknown_field'],
    ])('refuses %s', async (_what, change, problem) => {
      const { status, body } = await api.post('/auth/register', { ...someone(), lastName: 'Hopper', ...change });
      expect([status, body.code]).toEqual(INVALID);
      expect(body.errors.map(({ field, code }: Record<string, string>) => `${field} ${code}`)).toContain(problem);
    });

    it('knows an e-mail in any case, and refuses a wrong password and an unknown e-mail with the same words', async () => {
      const { id, email, password } = await register(api);
      expect(await api.post('/auth/login', { email: email.toUpperCase(), password })).toMatchObject({
        status: 200,
        body: { user: { id }, tokenType: 'Bearer', expiresIn: 900 },
      });
      const wrong = await api.post('/auth/login', { email, password: 'wrong' });
      const unknown = await api.post('/auth/login', { email: `x${email}`, password: 'wrong' });
      expect(outcomeOf(wrong)).toEqual(WRONG);
      expect({ ...unknown.body, requestId: null }).toEqual({ ...wrong.body, requestId: null });
      expect(cookieOf(wrong)).toBe('');
    });

    it('does the same work for an unknown e-mail as for a wrong password', async () => {
      const { id, email } = await register(api);
      const verify = jest.spyOn(jest.requireActual<typeof Argon2>('@node-rs/argon2'), 'verify');
      const noted = () => shop.db.sql(`SELECT FROM platform.audit_events WHERE action = 'users.login_failed'`);
      const workOf = async (who: string) => {
        const [verified, rows] = [verify.mock.calls.length, (await noted()).length];
        expect(outcomeOf(await api.post('/auth/login', { email: who, password: 'a wrong password' }))).toEqual(WRONG);
        return [verify.mock.calls.length - verified, (await noted()).length - rows];
      };
      expect(await workOf(email)).toEqual([1, 1]);
      expect(await workOf(`x${email}`)).toEqual([1, 1]);
      expect((await auditOf(shop, id)).map(({ action }) => action)).toContain('users.login_failed');
      verify.mockRestore();
    });

    it('replaces a weak hash by a strong one', async () => {
      const { id, email, password } = await register(api);
      const weak = await hash(password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
      await shop.db.sql('UPDATE users.users SET password_hash = $2 WHERE id = $1', [id, weak]);
      expectStatus(await api.post('/auth/login', { email, password }), 200);
      const [row] = await shop.db.sql('SELECT password_hash, version FROM users.users WHERE id = $1', [id]);
      expect(row).toEqual({ password_hash: expect.stringContaining('m=19456,t=2'), version: 1 });
      expectStatus(await api.post('/auth/login', { email, password }), 200);
    });
  });

  describe('refreshing', () => {
    it('gives the same successor to 20 uses at once, and ends the family when the used token comes back', async () => {
      const { id, cookie } = await register(api);
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(api, cookie)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const successors = new Set(answers.map(cookieOf));
      expect(successors.size).toBe(1);
      const [successor] = [...successors];
      expect(successor).not.toBe(cookie);
      const next = expectStatus(await refresh(api, successor), 200);
      const newest = api.as(next.body.accessToken);
      expectStatus(await newest.get('/users/me'), 200);
      expect(outcomeOf(await refresh(api, cookie))).toEqual(TOKEN_REUSED);
      expect(outcomeOf(await refresh(api, cookieOf(next)))).toEqual(TOKEN_INVALID);
      expect(outcomeOf(await newest.get('/users/me'))).toEqual(UNAUTHENTICATED);
      const [session] = await shop.db.sql('SELECT id, ended_at FROM users.sessions WHERE user_id = $1', [id]);
      expect(session?.ended_at).toBeInstanceOf(Date);
      expect(await auditOf(shop, String(session?.id))).toMatchObject([{ action: 'users.refresh_reused' }]);
    });

    it('takes a retry for 10 seconds, and what comes later for a theft', async () => {
      const { id, cookie } = await register(api);
      const successor = cookieOf(expectStatus(await refresh(api, cookie), 200));
      await usedLongAgo(id, 9);
      expect(cookieOf(expectStatus(await refresh(api, cookie), 200))).toBe(successor);
      await usedLongAgo(id, 2);
      expect(outcomeOf(await refresh(api, cookie))).toEqual(TOKEN_REUSED);
      expect(outcomeOf(await refresh(api, successor))).toEqual(TOKEN_INVALID);
    });

    it('refuses what is no token of ours, and a page of another site', async () => {
      const { cookie } = await register(api);
      const strange = [undefined, 'refresh_token=', `refresh_token=${'x'.repeat(43)}`, 'refresh_token=%00%ff'];
      for (const shown of [...strange, `__Secure-${cookie}`])
        expect(outcomeOf(await refresh(api, shown))).toEqual(TOKEN_INVALID);
      const foreign: Array<Record<string, string>> = [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
      ];
      for (const headers of foreign) {
        expect(outcomeOf(await refresh(api, cookie, headers))).toEqual(FORBIDDEN);
        const out = await api.post('/auth/logout', undefined, { headers: { cookie, ...headers } });
        expect(outcomeOf(out)).toEqual(FORBIDDEN);
      }
      const own = { origin: `http://127.0.0.1:${shop.port}`, 'sec-fetch-site': 'same-origin' };
      expectStatus(await refresh(api, cookie, own), 200); // none of those has used it up
    });

    it('refuses a token that has expired', async () => {
      const { id, cookie } = await register(api);
      await shop.db.sql(
        `UPDATE users.refresh_tokens SET expires_at = now()
         WHERE session_id IN (SELECT id FROM users.sessions WHERE user_id = $1)`,
        [id],
      );
      expect(outcomeOf(await refresh(api, cookie))).toEqual(TOKEN_INVALID);
    });
  });

  describe('sessions', () => {
    it('are listed with device and address, newest first, page by page', async () => {
      const person = await register(api);
      for (const device of ['Phone', 'Tablet', 'x'.repeat(300)]) await signInAgain(api, person, device);
      const sessions = await readAllPages(person.client, '/auth/sessions', 3);
      expect(sessions.map(({ device, isCurrent }) => [device, isCurrent])).toEqual([
        ...['x'.repeat(200), 'Tablet', 'Phone'].map((device) => [device, false]),
        [expect.any(String), true],
      ]);
      expect(new Set(sessions.map(({ id }) => id)).size).toBe(4);
      expect(sessions[0]).toMatchObject({ address: '127.0.0.1', expiresAt: expect.any(String) });
      expect(await readAllPages((await register(api)).client, '/auth/sessions', 3)).toHaveLength(1);
    });

    it('can be ended one by one by their owner, and by nobody else', async () => {
      const person = await register(api);
      const other = await signInAgain(api, person);
      const [{ id }] = await readAllPages(person.client, '/auth/sessions', 5);
      expect(outcomeOf(await (await register(api)).client.delete(`/auth/sessions/${id}`))).toEqual(NOT_FOUND);
      expectStatus(await other.client.get('/users/me'), 200);
      expectStatus(await person.client.delete(`/auth/sessions/${id}`), 204);
      expect(outcomeOf(await other.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await refresh(api, other.cookie))).toEqual(TOKEN_INVALID);
      expect(outcomeOf(await person.client.delete(`/auth/sessions/${id}`))).toEqual(NOT_FOUND);
      expectStatus(await person.client.get('/users/me'), 200);
    });

    it('end with signing out, at once, on another process too, and stay ended when that starts anew', async () => {
      const { client, cookie } = await register(api);
      const second = await shop.startApiProcess();
      try {
        const there = second.api.as(client.token ?? '');
        expectStatus(await there.get('/users/me'), 200);
        const out = expectStatus(await client.post('/auth/logout', undefined, { headers: { cookie } }), 204);
        expect(out.headers.getSetCookie()[0]).toMatch(/^refresh_token=; .*Expires=Thu, 01 Jan 1970/);
        expect(outcomeOf(await client.get('/users/me'))).toEqual(UNAUTHENTICATED);
        await eventually(
          () => there.get('/users/me'),
          ({ status }) => status === 401,
          1_000,
        );
        expect(outcomeOf(await refresh(second.api, cookie))).toEqual(TOKEN_INVALID);
      } finally {
        await second.program.stop();
      }
      const third = await shop.startApiProcess();
      const answer = await third.api.as(client.token ?? '').get('/users/me');
      await third.program.stop();
      expect(outcomeOf(answer)).toEqual(UNAUTHENTICATED);
    });

    it('all end with signing out everywhere, but not those of others', async () => {
      const person = await register(api);
      const stranger = await register(api);
      const others = [await signInAgain(api, person), await signInAgain(api, person)];
      for (const path of ['/auth/logout', '/auth/logout-all'])
        expect(outcomeOf(await api.post(path))).toEqual(UNAUTHENTICATED);
      expectStatus(await person.client.post('/auth/logout-all'), 204);
      for (const { client, cookie } of [person, ...others]) {
        expect(outcomeOf(await client.get('/users/me'))).toEqual(UNAUTHENTICATED);
        expect(outcomeOf(await refresh(api, cookie))).toEqual(TOKEN_INVALID);
      }
      expectStatus(await stranger.client.get('/users/me'), 200);
    });
  });

  describe('the own account', () => {
    it('is shown with its version, and changed only at the version that was seen', async () => {
      const { id, client } = await register(api);
      expect((await client.get('/users/me')).headers.get('etag')).toBe('"1"');
      const ifMatch = (version: string) => ({ headers: { 'if-match': version } });
      const changed = await client.patch('/users/me', { firstName: ' Gra\u0301ce ' }, ifMatch('"1"'));
      expect(changed).toMatchObject({ status: 200, body: { firstName: 'Gr\u00e1ce', lastName: 'Hopper', version: 2 } });
      expect(changed.headers.get('etag')).toBe('"2"');
      const late = await client.patch('/users/me', { lastName: 'X' }, ifMatch('"1"'));
      expect(outcomeOf(late)).toEqual([412, 'version_mismatch']);
      const change = (lastName: string) => client.patch('/users/me', { lastName }, ifMatch('"2"'));
      const race = await Promise.all(['A', 'B', 'C', 'D'].map(change));
      expect(race.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
      expect(await shop.db.sql('SELECT version FROM users.users WHERE id = $1', [id])).toEqual([{ version: 3 }]);
      expect((await auditOf(shop, id)).slice(1)).toMatchObject([
        { action: 'users.profile_changed', before: { firstName: 'Grace' }, after: { firstName: 'Gr\u00e1ce' } },
        { action: 'users.profile_changed', before: { lastName: 'Hopper' } },
      ]);
      expect(outcomeOf(await api.get('/users/me'))).toEqual(UNAUTHENTICATED);
    });

    it('gives the same answer to a change that is repeated with its key', async () => {
      const { client } = await register(api);
      const headers = { 'idempotency-key': randomUUID() };
      const first = await client.patch('/users/me', { lastName: 'Once' }, { headers });
      const again = await client.patch('/users/me', { lastName: 'Once' }, { headers });
      expect(again).toMatchObject({ status: 200, body: first.body });
      expect([again.headers.get('etag'), again.headers.get('idempotent-replayed')]).toEqual(['"2"', 'true']);
    });

    it('is gone when it is deleted: nobody is signed in any more, and its e-mail is kept until it is erased', async () => {
      const person = await register(api);
      const other = await signInAgain(api, person);
      const deleted = expectStatus(await person.client.delete('/users/me'), 204);
      expect(await announcedBy(shop, deleted)).toEqual([
        { name: 'users.deleted', payload: { userId: person.id }, actor: person.id },
      ]);
      for (const client of [person.client, other.client])
        expect(outcomeOf(await client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      const { email, password } = person;
      expect(outcomeOf(await api.post('/auth/login', { email, password }))).toEqual(WRONG);
      expect(outcomeOf(await api.post('/auth/register', { ...someone(), email }))).toEqual([409, 'email_taken']);
    });
  });

  it('counts failures and registrations, not successes, and names its cookie __Secure- behind https', async () => {
    const limits = { RATE_LIMIT_AUTH: '5/900', RATE_LIMIT_REGISTER: '3/3600', PUBLIC_URL: 'https://shop.example' };
    const { program, api: strict } = await shop.startApiProcess(limits);
    try {
      const person = await register(strict);
      expect(person.answer.headers.getSetCookie()[0]).toMatch(/^__Secure-refresh_token=.*; Secure;/);
      const { email, password } = person;
      for (let n = 0; n < 8; n++) expectStatus(await strict.post('/auth/login', { email, password }), 200);
      const fail = () => strict.post('/auth/login', { email, password: 'wrong' });
      const wrong = await Promise.all(Array.from({ length: 12 }, fail));
      expect(wrong.filter(({ status }) => status === 401)).toHaveLength(5);
      const limited = await strict.post('/auth/login', { email, password });
      expect(outcomeOf(limited)).toEqual([429, 'rate_limited']);
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      const more = [strict.post('/auth/register', { ...someone(), email }), strict.post('/auth/register', someone())];
      expect((await Promise.all(more)).map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(outcomeOf(await strict.post('/auth/register', someone()))).toEqual([429, 'rate_limited']);
    } finally {
      await program.stop();
    }
  });
});
