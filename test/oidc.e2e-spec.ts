import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import type { Program } from './support/child-process';
import { CookieBrowser } from './support/cookie-browser';
import { auditOf, eventsNamed } from './support/events';
import { codeOf, guard, halfAMinuteLater, registerGuarded, secondStep, wrongCodeFor } from './support/factors';
import { atProvider, back, pageOf, providerModule, settingOf, signInWith, type RunningProvider } from './support/oidc';
import { mailsAbout, mailsTo } from './support/mailbox';
import { expectStatus } from './support/orders';
import { NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { refresh, register, type Person } from './support/people';
import { freePort, Shop } from './support/shop';

const COOKIE = 'oidc_sign_in';
const STATE_INVALID = [400, 'oidc_state_invalid'];
const FAILED = [401, 'oidc_sign_in_failed'];
const AWAY = [503, 'unavailable'];

/** Against real providers, through real redirects. */
describe('signing in with another provider', () => {
  let shop: Shop;
  let api: ApiClient;
  let acme: RunningProvider;
  let other: RunningProvider;
  /** Nobody listens there yet. */
  let latePort: number;
  /** Another api, which sends browsers on to a page. */
  let withPage: { program: Program; api: ApiClient };

  beforeAll(async () => {
    const [acmePort, otherPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
    latePort = port;
    const late = { ...settingOf('late', latePort), label: 'Late Ltd' };
    const providers = [settingOf('acme', acmePort), settingOf('other', otherPort), late];
    shop = await Shop.open({
      worker: true,
      settings: { OIDC_PROVIDERS: JSON.stringify(providers), OIDC_TIMEOUT: '1s' },
    });
    api = shop.api;
    withPage = await shop.startApiProcess({ OIDC_RETURN_URL: 'https://shop.example/welcome' });
    const { startProvider } = await providerModule();
    acme = await startProvider(acmePort, [pageOf(api, 'callback'), pageOf(withPage.api, 'callback')]);
    other = await startProvider(otherPort, [pageOf(api, 'callback', 'other')]);
  });
  afterEach(() => {
    if (acme) acme.trouble = undefined;
  });
  afterAll(async () => {
    await Promise.all([acme?.close(), other?.close(), withPage?.program.stop()]);
    await shop.close();
    for (const name of ['OIDC_PROVIDERS', 'OIDC_TIMEOUT']) delete process.env[name];
  });

  const someone = () => `${randomUUID()}@acme.test`;
  const verified = async (person: Person) => {
    await shop.db.sql('UPDATE users.users SET email_verified_at = now() WHERE id = $1', [person.id]);
    return person;
  };
  const identitiesOf = (userId: string) =>
    shop.db.sql('SELECT id, issuer, subject FROM users.identities WHERE user_id = $1', [userId]);
  const actionsOf = async (userId: string) => (await auditOf(shop, userId)).map(({ action }) => action);

  const refusalsOf = async (userId: string) =>
    (await auditOf(shop, userId))
      .filter((row) => row.action === 'users.login_failed' && row.actor === null)
      .map(({ after }) => after);
  const promote = (userId: string) =>
    shop.db.sql(`UPDATE users.users SET roles = '{customer,support}' WHERE id = $1`, [userId]);

  describe('who comes', () => {
    it('is registered when new, and known again, also by another name', async () => {
      const email = someone();
      const visit = await atProvider(api, email, {
        change: ({ searchParams }) =>
          expect(Object.fromEntries(searchParams)).toMatchObject({
            ...{ response_type: 'code', code_challenge_method: 'S256', scope: 'openid email profile' },
            ...{ redirect_uri: pageOf(api, 'callback'), code_challenge: expect.stringMatching(/^[\w-]{43}$/) },
            ...{ state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/) },
          }),
      });
      const signedIn = expectStatus(await back(visit), 200);
      expect(signedIn.body).toMatchObject({
        ...{ tokenType: 'Bearer', expiresIn: 900 },
        user: { email, firstName: 'Grace', lastName: 'Hopper', roles: ['customer'], emailVerified: true },
      });
      expect(signedIn.headers.get('cache-control')).toBe('no-store');
      expect(signedIn.headers.get('ratelimit-policy')).toContain('"register"');
      const { id } = signedIn.body.user;
      expectStatus(await api.as(signedIn.body.accessToken).get('/users/me'), 200);
      expectStatus(await refresh(api, `refresh_token=${visit.browser.cookie('refresh_token')}`), 200);
      expect(visit.browser.cookie(COOKIE)).toBeUndefined();
      expect(await auditOf(shop, id)).toMatchObject([
        ...[{ action: 'users.registered' }, { action: 'users.identity_linked' }],
        { action: 'users.logged_in', actor: id, after: { by: 'acme' } },
      ]);
      for (const name of ['users.registered', 'users.email_verified'])
        expect(await eventsNamed(shop, name, { userId: id })).toHaveLength(1);

      const again = await signInWith(api, email, { browser: new CookieBrowser('Another device') });
      expect(again.body.user.id).toBe(id);
      expect(await identitiesOf(id)).toHaveLength(1);
      expect(await eventsNamed(shop, 'users.new_device_signed_in', { userId: id })).toHaveLength(1);
      expect(await eventsNamed(shop, 'users.identity_linked', { userId: id })).toEqual([]);
      await shop.db.sql('UPDATE users.users SET email = $2 WHERE id = $1', [id, someone()]);
      expect((await signInWith(api, email)).body.user.id).toBe(id);
    });

    it('has one account, though two windows come back at the same moment', async () => {
      const email = someone();
      const visits = await Promise.all([atProvider(api, email), atProvider(api, email), atProvider(api, email)]);
      const answers = await Promise.all(visits.map(back));
      expect(answers.map(outcomeOf)).toEqual(answers.map(() => [200, undefined]));
      expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
    });

    it('has no password, and gets one by mail', async () => {
      const email = someone();
      const { id } = (await signInWith(api, email)).body.user;
      for (const password of ['countinghouse-demo', 'correct horse battery staple'])
        expect(outcomeOf(await api.post('/auth/login', { email, password }))).toEqual([401, 'invalid_credentials']);
      const [first, second] = await shop.db.sql(
        'SELECT password_hash AS hash FROM users.users WHERE id = $1 OR email = $2',
        [id, (await signInWith(api, someone())).body.user.email],
      );
      expect(first?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
      expect(first?.hash).not.toBe(second?.hash);
      await mailsAbout(email, 'Welcome to Countinghouse');
      const subjects = (await mailsTo(email)).map(({ subject }) => subject);
      expect(subjects).toEqual(['Welcome to Countinghouse']); // nothing is left to confirm
      expectStatus(await api.post('/auth/password/forgot', { email }), 202);
      expect(await eventsNamed(shop, 'users.password_reset_requested', { userId: id })).toHaveLength(1);
    });

    it('gets the account of the same e-mail, and its owner is told', async () => {
      const person = await verified(await register(api));
      expect((await signInWith(api, person.email)).body.user.id).toBe(person.id);
      expect(await identitiesOf(person.id)).toHaveLength(1);
      expect(await eventsNamed(shop, 'users.identity_linked', { userId: person.id })).toHaveLength(1);
      const [mail] = await mailsAbout(person.email, 'A new way to sign in to your account');
      expect(mail?.text).toContain('your login at 127.0.0.1:');
      expectStatus(await person.client.get('/users/me'), 200); // nothing else has changed
      expectStatus(await api.post('/auth/login', { email: person.email, password: person.password }), 200);
    });

    it('gets none when the provider has not verified the e-mail', async () => {
      const person = await verified(await register(api));
      const unverified = `unverified-${person.email}`;
      await shop.db.sql('UPDATE users.users SET email = $2 WHERE id = $1', [person.id, unverified]);
      for (const email of [unverified, `unverified-${someone()}`]) {
        expect(outcomeOf(await signInWith(api, email))).toEqual([403, 'oidc_email_unverified']);
        expect(await shop.db.sql('SELECT id FROM users.users WHERE email = $1', [email])).toEqual(
          email === unverified ? [{ id: person.id }] : [],
        );
      }
      expect(await identitiesOf(person.id)).toEqual([]);
    });

    it('gets no account that is linked to another subject: an e-mail address may change hands', async () => {
      const email = someone();
      const { id } = (await signInWith(api, email)).body.user;
      expect(outcomeOf(await signInWith(api, `successor=${email}`))).toEqual([409, 'oidc_identity_taken']);
      expect(await refusalsOf(id)).toEqual([{ by: 'acme', reason: 'oidc_identity_taken' }]);
      expect(await identitiesOf(id)).toMatchObject([{ subject: email }]);
      expect((await signInWith(api, email, { provider: 'other' })).body.user.id).toBe(id); // somebody else's word for it
      expect(await identitiesOf(id)).toHaveLength(2);
    });

    it('shuts out who had registered the address without proving it', async () => {
      const squatter = await registerGuarded(api);
      const { email, password, cookie } = squatter;
      const signedIn = await signInWith(api, email);
      expect(signedIn.body.user).toMatchObject({ id: squatter.id, emailVerified: true });
      expect(outcomeOf(await squatter.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await refresh(api, cookie))).toEqual([401, 'refresh_token_invalid']);
      expect(outcomeOf(await api.post('/auth/login', { email, password }))).toEqual([401, 'invalid_credentials']);
      const owner = api.as(signedIn.body.accessToken);
      expect((await owner.get('/auth/mfa')).body).toMatchObject({ enabled: false, recoveryCodesLeft: 0 });
      expect(await actionsOf(squatter.id)).toEqual(expect.arrayContaining(['users.account_reclaimed']));
      for (const name of ['users.email_verified', 'users.password_changed', 'users.identity_linked'])
        expect(await eventsNamed(shop, name, { userId: squatter.id })).toHaveLength(1);
    });

    it('does not get an unproved account that may do more than a customer', async () => {
      const person = await register(api);
      await promote(person.id);
      expect(outcomeOf(await signInWith(api, person.email))).toEqual([409, 'oidc_account_unverified']);
      expect(await refusalsOf(person.id)).toEqual([{ by: 'acme', reason: 'oidc_account_unverified' }]);
      expect(await identitiesOf(person.id)).toEqual([]);
      expectStatus(await api.post('/auth/login', { email: person.email, password: person.password }), 200);
    });

    it('opens no account that may do more than a customer without a second factor', async () => {
      const refused = [403, 'oidc_second_factor_needed'];
      const staff = await verified(await register(api));
      await promote(staff.id);
      const answer = await signInWith(api, staff.email);
      expect(outcomeOf(answer)).toEqual(refused);
      expect(answer.body.detail).toContain('add a second factor');
      expect(await identitiesOf(staff.id)).toEqual([]);
      expect(await refusalsOf(staff.id)).toEqual([{ by: 'acme', reason: 'oidc_second_factor_needed' }]);
      const { user } = (await signInWith(api, someone())).body; // linked as a customer, and promoted later
      await promote(user.id);
      expect(outcomeOf(await signInWith(api, user.email))).toEqual(refused);
      await guard(staff);
      expect((await signInWith(api, staff.email)).body.mfaRequired).toBe(true);
    });

    it('adds no first factor on the word of a provider: that is no proof of a moment ago', async () => {
      const person = await verified(await register(api));
      const client = api.as((await signInWith(api, person.email)).body.accessToken);
      expect(outcomeOf(await client.post('/auth/mfa/totp', {}))).toEqual([403, 'step_up_required']);
      expectStatus(await client.post('/auth/step-up', { password: person.password }), 204);
      await guard({ ...person, client });
    });

    it('is let in to no account that is locked or deleted', async () => {
      const email = someone();
      const { accessToken, user } = (await signInWith(api, email)).body;
      await shop.db.sql('UPDATE users.users SET locked_at = now() WHERE id = $1', [user.id]);
      expect(outcomeOf(await signInWith(api, email))).toEqual([403, 'account_locked']);
      await shop.db.sql('UPDATE users.users SET locked_at = NULL WHERE id = $1', [user.id]);
      expectStatus(await api.as(accessToken).delete('/users/me'), 204);
      expect(outcomeOf(await signInWith(api, email))).toEqual(FAILED);
      const locked = await register(api); // and nothing is taken from it
      await shop.db.sql('UPDATE users.users SET locked_at = now() WHERE id = $1', [locked.id]);
      expect(outcomeOf(await signInWith(api, locked.email))).toEqual([403, 'account_locked']);
      expect(await refusalsOf(locked.id)).toEqual([{ by: 'acme', reason: 'account_locked' }]);
      expect(await actionsOf(locked.id)).toEqual(['users.registered', 'users.login_failed']);
    });

    it('shows the second factor, and is linked after that only', async () => {
      const person = await verified(await register(api));
      const { secret } = await guard(person);
      const visit = await atProvider(api, person.email);
      const { body } = expectStatus(await back(visit), 200);
      expect(body).toEqual({
        ...{ mfaRequired: true, methods: ['totp', 'recovery_code'] },
        challengeToken: expect.stringMatching(/^[\w-]{43}$/),
      });
      expect(visit.browser.cookie('refresh_token')).toBeUndefined();
      const wrong = await secondStep(api, body.challengeToken, wrongCodeFor(secret));
      expect(outcomeOf(wrong)).toEqual([401, 'code_invalid']);
      expect(await identitiesOf(person.id)).toEqual([]);
      await halfAMinuteLater(shop, person);
      expectStatus(await secondStep(api, body.challengeToken, codeOf(secret)), 200);
      expect(await identitiesOf(person.id)).toMatchObject([{ subject: person.email }]);
      expect((await signInWith(api, person.email)).body.mfaRequired).toBe(true); // once linked, too
    });
  });

  describe('what comes back', () => {
    it('belongs to a cookie that only this sign-in gets', async () => {
      const begun = await new CookieBrowser().send(new URL(pageOf(api, 'start')));
      expect(begun.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^oidc_sign_in=[\w-]+; Max-Age=600; Path=\/api\/v1\/auth\/oidc; HttpOnly; SameSite=Lax$/),
      ]);
      expect(begun.headers.get('cache-control')).toBe('no-store');
      const next = await new CookieBrowser().send(new URL(pageOf(api, 'start')));
      const [one, two] = [begun, next].map(({ headers }) => new URL(headers.get('location') ?? '').searchParams);
      for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.get(name)).not.toBe(two?.get(name));
    });

    it('is refused with a wrong state, without the cookie, with one of another browser, and with a forged one', async () => {
      const { address, browser } = await atProvider(api, someone());
      const cookie = browser.cookie(COOKIE) ?? '';
      expect(outcomeOf(await back({ address, browser: new CookieBrowser() }))).toEqual(STATE_INVALID);
      const stranger = new CookieBrowser();
      await stranger.send(new URL(pageOf(api, 'start')));
      expect(outcomeOf(await back({ address, browser: stranger }))).toEqual(STATE_INVALID);
      const forged = new CookieBrowser().keep(COOKIE, `${cookie.slice(0, -4)}AAAA`);
      expect(outcomeOf(await back({ address, browser: forged }))).toEqual(STATE_INVALID);
      const wrong = new URL(address);
      wrong.searchParams.set('state', 'x'.repeat(43));
      expect(outcomeOf(await back({ address: wrong.href, browser }))).toEqual(STATE_INVALID);
      browser.keep(COOKIE, cookie);
      expectStatus(await back({ address, browser }), 200); // it was all right
    });

    it('is refused when it comes twice', async () => {
      const { address, browser } = await atProvider(api, someone());
      const copy = new CookieBrowser().keep(COOKIE, browser.cookie(COOKIE));
      expectStatus(await back({ address, browser }), 200);
      expect(outcomeOf(await back({ address, browser: copy }))).toEqual(STATE_INVALID);
      expect(copy.cookie('refresh_token')).toBeUndefined();
    });

    it('is refused as the answer of another provider', async () => {
      const { address, browser } = await atProvider(api, someone());
      const cookie = browser.cookie(COOKIE);
      const elsewhere = address.replace('/acme/', '/other/');
      expect(outcomeOf(await back({ address: elsewhere, browser }))).toEqual(STATE_INVALID);
      const mixedUp = new URL(address);
      expect(mixedUp.searchParams.get('iss')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      mixedUp.searchParams.set('iss', 'https://evil.example');
      browser.keep(COOKIE, cookie);
      expect(outcomeOf(await back({ address: mixedUp.href, browser }))).toEqual(FAILED);
    });

    it.each(['nonce', 'code_challenge'])('is refused when the provider was asked with another %s', async (name) => {
      const change = (url: URL) => url.searchParams.set(name, 'x'.repeat(43));
      expect(outcomeOf(await signInWith(api, someone(), { change }))).toEqual(FAILED);
    });

    it('is refused when the ID token is not as the provider has signed it', async () => {
      const victim = await verified(await register(api));
      const { forgeIdToken } = await providerModule();
      acme.trouble = (response) => forgeIdToken(response, { email: victim.email, email_verified: true });
      expect(outcomeOf(await signInWith(api, someone()))).toEqual(FAILED);
      expect(await identitiesOf(victim.id)).toEqual([]);
    });

    it('is refused when somebody has said no', async () => {
      const browser = new CookieBrowser();
      const begun = await browser.send(new URL(pageOf(api, 'start')));
      const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
      const iss = new URL(begun.headers.get('location') ?? '').origin;
      const address = `${pageOf(api, 'callback')}?${new URLSearchParams({ error: 'access_denied', state: state ?? '', iss })}`;
      expect(outcomeOf(await back({ address, browser }))).toEqual([403, 'oidc_access_denied']);
    });

    it('goes to the addresses of the settings, whatever the request says', async () => {
      const asked = `${pageOf(api, 'start')}?redirect_uri=https://evil.example&return_to=https://evil.example`;
      const headers = { 'x-forwarded-host': 'evil.example' };
      const begun = await new CookieBrowser().send(new URL(asked), { headers });
      const location = begun.headers.get('location') ?? '';
      expect(new URL(location).searchParams.get('redirect_uri')).toBe(pageOf(api, 'callback'));
      expect(location).not.toContain('evil');
    });
  });

  it('sends the browser on to a page, which gets its access token with the cookie', async () => {
    const visit = await atProvider(withPage.api, someone());
    const copy = new CookieBrowser().keep(COOKIE, visit.browser.cookie(COOKIE));
    const answer = await back(visit);
    expect([answer.status, answer.headers.get('location'), answer.body]).toEqual([
      ...[303, 'https://shop.example/welcome', undefined],
    ]);
    const cookie = `refresh_token=${visit.browser.cookie('refresh_token')}`;
    expectStatus(await refresh(withPage.api, cookie), 200);
    const refused = await back({ ...visit, browser: copy });
    expect(refused.headers.get('location')).toBe('https://shop.example/welcome#error=oidc_state_invalid');
    const person = await verified(await registerGuarded(api));
    const location = (await signInWith(withPage.api, person.email)).headers.get('location') ?? '';
    expect(location).toMatch(/^https:\/\/shop\.example\/welcome#challengeToken=[\w-]{43}$/);
  });

  it('lists the providers, and knows no other', async () => {
    const { body } = expectStatus(await api.get('/auth/oidc/providers'), 200);
    expect(body.data).toEqual([
      { name: 'acme', label: 'acme', startUrl: pageOf(api, 'start') },
      { name: 'other', label: 'other', startUrl: pageOf(api, 'start', 'other') },
      { name: 'late', label: 'Late Ltd', startUrl: pageOf(api, 'start', 'late') },
    ]);
    for (const page of ['start', 'callback?code=x&state=y']) {
      const answer = await api.get(`/auth/oidc/nobody/${page}`);
      expect(outcomeOf(answer)).toEqual(NOT_FOUND);
      expect(answer.body.detail).toContain('/api/v1/auth/oidc/providers');
    }
  });

  it('says 503 while a provider is down, fails or is silent, and goes on afterwards', async () => {
    const down = await api.get('/auth/oidc/late/start');
    expect([...outcomeOf(down), down.headers.get('retry-after')]).toEqual([...AWAY, '5']);
    const { startProvider } = await providerModule();
    const late = await startProvider(latePort, [pageOf(api, 'callback', 'late')]);
    try {
      const visit = await atProvider(api, someone(), { provider: 'late' });
      late.trouble = (response) => {
        response.writeHead(502).end('<html>');
        return 'silence';
      };
      expect(outcomeOf(await back(visit))).toEqual(AWAY);
      const next = await atProvider(api, someone(), { provider: 'late' });
      late.trouble = () => 'silence';
      expect(outcomeOf(await back(next))).toEqual(AWAY);
      late.trouble = undefined;
      expectStatus(await signInWith(api, someone(), { provider: 'late' }), 200);
      const last = await atProvider(api, someone(), { provider: 'late' });
      await late.close();
      expect(outcomeOf(await back(last))).toEqual(AWAY);
    } finally {
      await late.close().catch(() => undefined);
    }
  });

  it('shows its owner what is linked, and unlinks it after a step-up', async () => {
    const person = await verified(await register(api));
    const { body } = expectStatus(await signInWith(api, person.email), 200);
    const owner = api.as(body.accessToken);
    const [linked, ...more] = expectStatus(await owner.get('/auth/identities'), 200).body.data;
    expect(linked).toEqual({
      ...{ id: expect.any(String), issuer: expect.stringMatching(/^http:/) },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect(more).toEqual([]);
    expect((await owner.get('/users/me/export')).body.identities).toEqual([
      { id: linked.id, issuer: linked.issuer, subject: person.email, createdAt: expect.any(String) },
    ]);
    const stranger = await register(api);
    expectStatus(await stranger.client.post('/auth/step-up', { password: stranger.password }), 204);
    expect(outcomeOf(await stranger.client.delete(`/auth/identities/${linked.id}`))).toEqual(NOT_FOUND);
    expect((await stranger.client.get('/auth/identities')).body.data).toEqual([]);
    expect(outcomeOf(await owner.delete(`/auth/identities/${linked.id}`))).toEqual([403, 'step_up_required']);
    expectStatus(await owner.post('/auth/step-up', { password: person.password }), 204);
    expectStatus(await owner.delete(`/auth/identities/${linked.id}`), 204);
    expect(await identitiesOf(person.id)).toEqual([]);
    expect((await actionsOf(person.id)).at(-1)).toBe('users.identity_unlinked');
  });
});
