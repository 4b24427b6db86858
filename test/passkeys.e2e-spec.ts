import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { Authenticator, type Dishonesty } from './support/authenticator';
import { Browser, findChromium } from './support/browser';
import { auditOf, eventsNamed } from './support/events';
import { eventually } from './support/eventually';
import { codeOf, firstStep, registerGuarded, secondStep, sessionOf } from './support/factors';
import { expectStatus } from './support/orders';
import { INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { readAllPages } from './support/pages';
import { cookieOf, refresh, register, type Person } from './support/people';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

const NEEDED = [403, 'step_up_required'];
const REFUSED = [401, 'passkey_invalid'];
const NOT_REGISTERED = [422, 'passkey_refused'];

const chromium = findChromium();
/** In CI a browser must be there; elsewhere its absence is no fault of ours. */
const describeWithBrowser = chromium !== undefined || process.env['CI'] === 'true' ? describe : describe.skip;

describe('passkeys', () => {
  let shop: Shop;
  let api: ApiClient;
  let origin: string;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api;
    origin = `http://localhost:${shop.port}`; // the default, in place of 127.0.0.1
  });
  afterAll(() => shop.close());

  const registrationOptions = async (client: ApiClient) =>
    expectStatus(await client.post('/auth/passkey-options/registration'), 200).body;
  const signInOptions = async () => expectStatus(await api.post('/auth/passkey-options/sign-in'), 200).body;
  const untilOneWaits = () =>
    eventually(
      () => countWaiting(shop),
      (count) => count === 1,
    );
  const signIn = (credential: object) => api.post('/auth/login/passkey', { credential });
  const save = (client: ApiClient, credential: object, name = 'My telephone') =>
    client.post('/auth/passkeys', { name, credential });

  /** Somebody new with a passkey. */
  const withPasskey = async (): Promise<Person & { device: Authenticator; passkeyId: string; codes: string[] }> => {
    const person = await register(api);
    const device = new Authenticator(origin);
    const credential = device.create(await registrationOptions(person.client));
    const { body } = expectStatus(await save(person.client, credential), 201);
    return { ...person, device, passkeyId: body.id, codes: body.recoveryCodes };
  };
  const stepUp = async ({ client, device }: { client: ApiClient; device: Authenticator }) => {
    const options = expectStatus(await client.post('/auth/passkey-options/step-up'), 200).body;
    return client.post('/auth/step-up', { passkey: device.get(options) });
  };
  /** What the owner was told about second factors. */
  const toldOf = async (userId: string) =>
    (await eventsNamed(shop, 'users.factor_changed', { userId })).map(({ payload }) => payload['change']);
  const rowOf = async (passkeyId: string) =>
    (await shop.db.sql('SELECT passkey.*, counter::int FROM users.passkeys passkey WHERE id = $1', [passkeyId]))[0];

  describe('registering', () => {
    it('keeps the public half, and gives recovery codes with the first factor', async () => {
      const { id, email, client } = await register(api);
      const options = await registrationOptions(client);
      expect(options.publicKey).toMatchObject({
        ...{ rp: { id: 'localhost', name: 'Countinghouse' }, user: { name: email, displayName: 'Grace Hopper' } },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      const device = new Authenticator(origin);
      const answer = await save(client, device.create(options));
      expect(answer).toMatchObject({
        ...{ status: 201, body: { name: 'My telephone', isBackedUp: false, disabledAt: null, version: 1 } },
      });
      expect(answer.body.recoveryCodes).toHaveLength(10);
      expect(await rowOf(answer.body.id)).toMatchObject({
        ...{ user_id: id, credential_id: device.credentialId.toString('base64url'), transports: ['internal'] },
      });
      expect(await auditOf(shop, answer.body.id)).toMatchObject([{ action: 'users.passkey_registered', actor: id }]);
      expect((await client.get('/auth/mfa')).body).toMatchObject({
        ...{ enabled: true, methods: ['passkey', 'recovery_code'], passkeys: 1, recoveryCodesLeft: 10 },
      });
    });

    it.each<[what: string, dishonesty: Dishonesty]>([
      ['for another site', { rpId: 'evil.example' }],
      ['on a page of another origin', { origin: 'https://evil.example' }],
      ['for a challenge that was never given', { challenge: 'bm90IG91cnM' }],
      ['without recognising the person', { isVerified: false }],
      ['in the other ceremony', { type: 'webauthn.get' }],
    ])('refuses what was made %s', async (_what, dishonesty) => {
      const { client, id } = await register(api);
      const credential = new Authenticator(origin).create(await registrationOptions(client), dishonesty);
      expect(outcomeOf(await save(client, credential))).toEqual(NOT_REGISTERED);
      expect(await shop.db.sql('SELECT 1 FROM users.passkeys WHERE user_id = $1', [id])).toEqual([]);
    });

    it('takes a challenge once, in time, and in its own session', async () => {
      const { client } = await register(api);
      const other = await register(api);
      const options = await registrationOptions(client);
      const device = new Authenticator(origin);
      expect(outcomeOf(await save(other.client, device.create(options)))).toEqual(NOT_REGISTERED);
      const credential = device.create(options);
      expectStatus(await save(client, credential), 201);
      expectStatus(await stepUp({ client, device }), 204);
      expect(outcomeOf(await save(client, credential))).toEqual(NOT_REGISTERED);
      const late = await registrationOptions(client);
      await shop.db.sql(`UPDATE users.passkey_challenges SET expires_at = now() WHERE challenge = $1`, [
        late.publicKey.challenge,
      ]);
      expect(outcomeOf(await save(client, new Authenticator(origin).create(late)))).toEqual(NOT_REGISTERED);
    });

    it('needs a step-up for each further factor, and knows what is registered', async () => {
      const person = await withPasskey();
      const { client, device } = person;
      expect(outcomeOf(await client.post('/auth/passkey-options/registration'))).toEqual(NEEDED);
      expect(outcomeOf(await client.post('/auth/mfa/totp'))).toEqual(NEEDED);
      expectStatus(await stepUp(person), 204);
      const options = await registrationOptions(client);
      const id = device.credentialId.toString('base64url');
      expect(options.publicKey.excludeCredentials).toMatchObject([{ id }]);
      expect(outcomeOf(await save(client, device.create(options)))).toEqual([409, 'passkey_registered']);
      const second = await save(client, new Authenticator(origin).create(await registrationOptions(client)));
      expect(second).toMatchObject({ status: 201 });
      expect(second.body.recoveryCodes).toBeUndefined();
    });

    it('has an end at twenty, however many come at once', async () => {
      const person = await withPasskey();
      expectStatus(await stepUp(person), 204);
      await shop.db.sql(
        `INSERT INTO users.passkeys (user_id, credential_id, public_key, counter, transports, name, is_backed_up)
         SELECT $1, 'made-up-' || gen_random_uuid(), '', 0, '{}', 'Made up', false FROM generate_series(1, 17)`,
        [person.id],
      );
      const credentials = [];
      for (let n = 0; n < 6; n++)
        credentials.push(new Authenticator(origin).create(await registrationOptions(person.client)));
      const answers = await Promise.all(credentials.map((credential) => save(person.client, credential)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
      expect(outcomeOf(await person.client.post('/auth/passkey-options/registration'))).toEqual([
        ...[409, 'too_many_passkeys'],
      ]);
    });
  });

  describe('signing in', () => {
    it('needs neither e-mail nor password nor code', async () => {
      const { id, device, passkeyId } = await withPasskey();
      const options = await signInOptions();
      expect(options.publicKey).toMatchObject({
        rpId: 'localhost',
        userVerification: 'required',
        allowCredentials: [],
      });
      const answer = await signIn(device.get(options));
      expect(answer).toMatchObject({ status: 200, body: { user: { id }, tokenType: 'Bearer', expiresIn: 900 } });
      expectStatus(await api.as(answer.body.accessToken).get('/users/me'), 200);
      expectStatus(await refresh(api, cookieOf(answer)), 200);
      expect(await rowOf(passkeyId)).toMatchObject({ counter: 1, last_used_at: expect.any(Date) });
      expect((await auditOf(shop, id)).at(-1)).toMatchObject({ action: 'users.logged_in', after: { by: 'passkey' } });
    });

    const strangeKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    it.each<[what: string, dishonesty: Dishonesty]>([
      ['with another key', { key: strangeKey }],
      ['for another site', { rpId: 'evil.example' }],
      ['on a page of another origin', { origin: 'https://evil.example' }],
      ['for a challenge that was never given', { challenge: 'bm90IG91cnM' }],
      ['without recognising the person', { isVerified: false }],
      ['in the other ceremony', { type: 'webauthn.create' }],
      ['for another user', { userHandle: Buffer.alloc(16).toString('base64url') }],
    ])('refuses what was signed %s', async (_what, dishonesty) => {
      const { device, passkeyId } = await withPasskey();
      const answer = await signIn(device.get(await signInOptions(), dishonesty));
      expect(outcomeOf(answer)).toEqual(REFUSED);
      expect(cookieOf(answer)).toBe('');
      expect(await rowOf(passkeyId)).toMatchObject({ counter: 0, disabled_at: null });
      expectStatus(await signIn(device.get(await signInOptions())), 200); // it is still good
    });

    it('refuses an unknown passkey with the same words, and what is none', async () => {
      const { device } = await withPasskey();
      const wrong = await signIn(device.get(await signInOptions(), { key: strangeKey }));
      const unknown = await signIn(new Authenticator(origin).get(await signInOptions(), { userHandle: 'AAAA' }));
      expect({ ...unknown.body, requestId: null }).toEqual({ ...wrong.body, requestId: null });
      const credential = device.get(await signInOptions());
      for (const clientDataJSON of ['bnVsbA', 'W10', 'eyJjaGFsbGVuZ2UiOjF9', 'e30', '____'])
        expect(
          outcomeOf(await signIn({ ...credential, response: { ...credential.response, clientDataJSON } })),
        ).toEqual(REFUSED);
      expect(outcomeOf(await signIn({ ...credential, id: '' }))).toEqual(INVALID);
    });

    it('takes an answer once, even of twenty at once', async () => {
      const { id, device, passkeyId } = await withPasskey();
      const credential = device.get(await signInOptions());
      const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(credential)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.code === 'passkey_invalid')).toHaveLength(19);
      expect(await shop.db.sql('SELECT 1 FROM users.sessions WHERE user_id = $1', [id])).toHaveLength(2);
      expect(await rowOf(passkeyId)).toMatchObject({ counter: 1, disabled_at: null }); // and none was taken for a copy's
    });

    it('is another purpose than registering and stepping up', async () => {
      const { client, device } = await withPasskey();
      const forStepUp = expectStatus(await client.post('/auth/passkey-options/step-up'), 200).body;
      expect(outcomeOf(await signIn(device.get(forStepUp)))).toEqual(REFUSED);
      const forSignIn = await signInOptions();
      expect(outcomeOf(await client.post('/auth/step-up', { passkey: device.get(forSignIn) }))).toEqual(REFUSED);
    });

    it('makes the password alone too little', async () => {
      const person = await withPasskey();
      const { body } = await api.post('/auth/login', { email: person.email, password: person.password });
      expect(body).toMatchObject({ mfaRequired: true, methods: ['passkey', 'recovery_code'] });
      expectStatus(await secondStep(api, body.challengeToken, person.codes[0] ?? ''), 200);
      expect(outcomeOf(await secondStep(api, await firstStep(api, person), '123456'))).toEqual([401, 'code_invalid']);
    });

    it('ends with the account', async () => {
      const { client, device } = await withPasskey();
      expectStatus(await client.delete('/users/me'), 204);
      expect(outcomeOf(await signIn(device.get(await signInOptions())))).toEqual(REFUSED);
    });
  });

  describe('a copy', () => {
    it('is found by its counter; then neither of the two is good, and the trail says so', async () => {
      const { id, device, passkeyId } = await withPasskey();
      for (let time = 0; time < 3; time++) expectStatus(await signIn(device.get(await signInOptions())), 200);
      device.counter = 1; // as the copy counts
      expect(outcomeOf(await signIn(device.get(await signInOptions())))).toEqual(REFUSED);
      expect(await rowOf(passkeyId)).toMatchObject({ counter: 3, disabled_at: expect.any(Date) });
      const trail = await auditOf(shop, passkeyId);
      expect(trail.at(-1)).toMatchObject({ action: 'users.passkey_clone_detected', after: { userId: id } });
      expect(await toldOf(id)).toEqual(['passkey_added', 'passkey_disabled']);
      device.counter = 10; // as the other one might
      expect(outcomeOf(await signIn(device.get(await signInOptions())))).toEqual(REFUSED);
    });

    it("can't be pretended without the key", async () => {
      const { device, passkeyId } = await withPasskey();
      expectStatus(await signIn(device.get(await signInOptions())), 200);
      device.counter = 0;
      const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      expect(outcomeOf(await signIn(device.get(await signInOptions(), { key })))).toEqual(REFUSED);
      expect(await rowOf(passkeyId)).toMatchObject({ disabled_at: null });
    });

    it('is nothing that authenticators which never count are suspected of', async () => {
      const { device } = await withPasskey();
      for (let time = 0; time < 3; time++) {
        device.counter = -1; // it shows 0
        expectStatus(await signIn(device.get(await signInOptions())), 200);
      }
    });
  });

  describe('stepping up', () => {
    it('takes a passkey of this user, and the password no more', async () => {
      const [person, other] = [await withPasskey(), await withPasskey()];
      const { client, device, password } = person;
      expect(outcomeOf(await client.post('/auth/step-up', { password }))).toEqual([403, 'second_factor_required']);
      const options = expectStatus(await client.post('/auth/passkey-options/step-up'), 200).body;
      const id = device.credentialId.toString('base64url');
      expect(options.publicKey.allowCredentials).toMatchObject([{ id }]);
      expect(outcomeOf(await client.post('/auth/step-up', { passkey: other.device.get(options) }))).toEqual(REFUSED);
      const elsewhere = expectStatus(await other.client.post('/auth/passkey-options/step-up'), 200).body;
      expect(outcomeOf(await client.post('/auth/step-up', { passkey: device.get(elsewhere) }))).toEqual(REFUSED);
      expectStatus(await stepUp(person), 204);
      const [trail] = (await auditOf(shop, sessionOf(client))).slice(-1);
      expect(trail).toMatchObject({ action: 'users.stepped_up', actor: person.id, after: { by: 'passkey' } });
    });

    it('has no options for who has no passkey', async () => {
      const { client } = await registerGuarded(api);
      expect(outcomeOf(await client.post('/auth/passkey-options/step-up'))).toEqual([409, 'second_factor_missing']);
    });
  });

  describe("one's own", () => {
    it('are listed, renamed, and removed after a step-up', async () => {
      const person = await withPasskey();
      const { client, passkeyId, device } = person;
      const [listed] = await readAllPages(client, '/auth/passkeys', 1);
      expect(listed).toMatchObject({ id: passkeyId, name: 'My telephone', lastUsedAt: null });
      expect(Object.keys(listed as object)).not.toContain('publicKey');
      const renamed = await client.patch(`/auth/passkeys/${passkeyId}`, { name: ' Old telephone ' });
      expect(renamed).toMatchObject({ status: 200, body: { id: passkeyId, name: 'Old telephone', version: 2 } });
      expect(outcomeOf(await client.delete(`/auth/passkeys/${passkeyId}`))).toEqual(NEEDED);
      expectStatus(await stepUp(person), 204);
      expectStatus(await client.delete(`/auth/passkeys/${passkeyId}`), 204);
      expect(outcomeOf(await signIn(device.get(await signInOptions())))).toEqual(REFUSED);
      expect((await client.get('/auth/mfa')).body).toMatchObject({ enabled: false, recoveryCodesLeft: 0 });
      const actions = (await auditOf(shop, passkeyId)).map(({ action }) => action);
      expect(actions.slice(-2)).toEqual(['users.passkey_renamed', 'users.passkey_removed']);
      expect(await toldOf(person.id)).toEqual(['passkey_added', 'passkey_removed']);
    });

    it("are nobody else's", async () => {
      const [{ passkeyId }, stranger] = [await withPasskey(), await register(api)];
      expect((await stranger.client.get('/auth/passkeys')).body.data).toEqual([]);
      expect(outcomeOf(await stranger.client.patch(`/auth/passkeys/${passkeyId}`, { name: 'Mine' }))).toEqual(
        NOT_FOUND,
      );
      expectStatus(await stranger.client.post('/auth/step-up', { password: stranger.password }), 204);
      expect(outcomeOf(await stranger.client.delete(`/auth/passkeys/${passkeyId}`))).toEqual(NOT_FOUND);
      expect(await rowOf(passkeyId)).toMatchObject({ name: 'My telephone' });
      for (const path of ['/auth/passkeys', `/auth/passkeys/${randomUUID()}`])
        expect(outcomeOf(await api.delete(path)).slice(0, 1)).toEqual([path === '/auth/passkeys' ? 405 : 401]);
      expect(outcomeOf(await api.get('/auth/passkeys'))).toEqual(UNAUTHENTICATED);
    });

    it('are not added by a session that was ended while it waited for its turn', async () => {
      const { id, client } = await register(api);
      const credential = new Authenticator(origin).create(await registrationOptions(client));
      const lock = await RowLock.take(shop, 'SELECT 1 FROM users.users WHERE id = $1', [id]);
      const adding = save(client, credential);
      await untilOneWaits();
      await shop.db.sql('UPDATE users.sessions SET ended_at = now() WHERE user_id = $1', [id]);
      await lock.release();
      expect(outcomeOf(await adding)).toEqual(UNAUTHENTICATED);
      expect(await shop.db.sql('SELECT 1 FROM users.passkeys WHERE user_id = $1', [id])).toEqual([]);
    });

    it('do not sign in when they are removed between the proof and the session', async () => {
      const { id, device, passkeyId } = await withPasskey();
      const lock = await RowLock.take(shop, 'SELECT 1 FROM users.users WHERE id = $1', [id]);
      const signingIn = signIn(device.get(await signInOptions()));
      await untilOneWaits();
      await shop.db.sql('DELETE FROM users.passkeys WHERE id = $1', [passkeyId]);
      await lock.release();
      expect(outcomeOf(await signingIn)).toEqual(REFUSED);
    });

    it('keep the recovery codes while there is an app', async () => {
      const person = await registerGuarded(api);
      expectStatus(await person.client.post('/auth/step-up', { code: codeOf(person.secret, 1) }), 204);
      const credential = new Authenticator(origin).create(await registrationOptions(person.client));
      const { id } = expectStatus(await save(person.client, credential), 201).body;
      expectStatus(await person.client.delete(`/auth/passkeys/${id}`), 204);
      expect((await person.client.get('/auth/mfa')).body).toMatchObject({ methods: ['totp', 'recovery_code'] });
    });
  });

  describeWithBrowser('in Chromium', () => {
    let browser: Browser;

    beforeAll(async () => {
      if (chromium === undefined) throw new Error('Chromium is missing: apt-get install chromium');
      browser = await Browser.open(chromium);
      const devtools = await browser.page.context().newCDPSession(browser.page);
      await devtools.send('WebAuthn.enable');
      await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
    });
    afterAll(() => browser?.close());

    it('is made by its authenticator, signs in and steps up', async () => {
      const { page } = browser;
      await page.goto(`${origin}/health/live`);
      const { id, client } = await register(api);
      const made = await page.evaluate(
        async ({ publicKey }) => {
          const { PublicKeyCredential: Credential, navigator } = globalThis as any;
          const options = { publicKey: Credential.parseCreationOptionsFromJSON(publicKey) };
          return (await navigator.credentials.create(options)).toJSON();
        },
        await registrationOptions(client),
      );
      expectStatus(await save(client, made, 'Chromium'), 201);

      const ask = (options: object) =>
        page.evaluate(async ({ publicKey }: any) => {
          const { PublicKeyCredential: Credential, navigator } = globalThis as any;
          const wanted = { publicKey: Credential.parseRequestOptionsFromJSON(publicKey) };
          return (await navigator.credentials.get(wanted)).toJSON();
        }, options as any);
      const signedIn = expectStatus(await signIn(await ask(await signInOptions())), 200);
      expect(signedIn.body.user.id).toBe(id);
      const again = api.as(signedIn.body.accessToken);
      const options = expectStatus(await again.post('/auth/passkey-options/step-up'), 200).body;
      expectStatus(await again.post('/auth/step-up', { passkey: await ask(options) }), 204);
      const [passkey] = (await again.get('/auth/passkeys')).body.data;
      expectStatus(await again.delete(`/auth/passkeys/${passkey.id}`), 204);
    });
  });
});
