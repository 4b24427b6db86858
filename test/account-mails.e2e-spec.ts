import type { ApiClient } from './support/api-client';
import { Authenticator } from './support/authenticator';
import { insertApiKey } from './support/belongings';
import { announcedBy, auditOf, eventsNamed } from './support/events';
import { eventually } from './support/eventually';
import { guard } from './support/factors';
import { mailsAbout, mailsTo, tokenIn } from './support/mailbox';
import { expectStatus } from './support/orders';
import { outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { refresh, register, signInAgain, someone, type Person } from './support/people';
import { Shop } from './support/shop';

const TOKEN_INVALID = [422, 'mail_token_invalid'];
const WRONG = [401, 'invalid_credentials'];
const NEW_PASSWORD = 'an entirely other battery';
const CONFIRM = 'Confirm your e-mail address';
const RESET = 'Choose a new password';

describe('mails about accounts', () => {
  let shop: Shop;
  let api: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    api = shop.api;
  });
  afterAll(() => shop.close());

  const verify = (token: string) => api.post('/auth/email/verify', { token });
  const reset = (token: string, password = NEW_PASSWORD) => api.post('/auth/password/reset', { token, password });
  const login = ({ email }: Person, password: string) => api.post('/auth/login', { email, password });
  const forget = async ({ email }: Pick<Person, 'email'>, nth = 1) => {
    expectStatus(await api.post('/auth/password/forgot', { email }), 202);
    return tokenIn((await mailsAbout(email, RESET, nth)).at(nth - 1) as never);
  };
  const confirm = async ({ email }: Person) =>
    expectStatus(await verify(tokenIn((await mailsAbout(email, CONFIRM))[0] as never)), 204);
  const stepUpOptions = async ({ client }: Person) =>
    expectStatus(await client.post('/auth/passkey-options/step-up'), 200).body;
  const addPasskey = async ({ client }: Person): Promise<Authenticator> => {
    const device = new Authenticator(`http://localhost:${shop.port}`);
    const { body } = expectStatus(await client.post('/auth/passkey-options/registration'), 200);
    expectStatus(await client.post('/auth/passkeys', { name: 'Key', credential: device.create(body) }), 201);
    return device;
  };
  const signInWith = async (device: Authenticator) => {
    const { body } = expectStatus(await api.post('/auth/passkey-options/sign-in'), 200);
    return api.post('/auth/login/passkey', { credential: device.get(body) });
  };
  const isVerified = async (person: Person) => (await person.client.get('/users/me')).body.emailVerified;

  describe('verifying an address', () => {
    it('takes the token of the mail once, and then welcomes', async () => {
      const person = await register(api);
      const [mail] = await mailsAbout(person.email, CONFIRM);
      expect(mail?.text).toContain(`http://127.0.0.1:${shop.port}/account/verify-email#token=`);
      const token = tokenIn(mail as never);
      expect(await isVerified(person)).toBe(false);
      const verified = expectStatus(await verify(token), 204);
      expect(await isVerified(person)).toBe(true);
      expect(outcomeOf(await verify(token))).toEqual(TOKEN_INVALID);
      await mailsAbout(person.email, 'Welcome to Countinghouse');
      expect(await announcedBy(shop, verified)).toEqual([
        { name: 'users.email_verified', payload: { userId: person.id }, actor: person.id },
      ]);
      expect((await auditOf(shop, person.id)).at(-1)).toMatchObject({
        action: 'users.email_verified',
        before: { emailVerified: false },
        after: { emailVerified: true },
        actor: person.id,
      });
      expect(outcomeOf(await person.client.post('/auth/email/resend'))).toEqual([409, 'email_already_verified']);
    });

    it('lets one of ten who show the same token at the same time through', async () => {
      const person = await register(api);
      const token = tokenIn((await mailsAbout(person.email, CONFIRM))[0] as never);
      const answers = await Promise.all(Array.from({ length: 10 }, () => verify(token)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(9).fill(422)]);
      expect(await eventsNamed(shop, 'users.email_verified', { userId: person.id })).toHaveLength(1);
    });

    it('sends another mail when asked, but no more than five an hour', async () => {
      const person = await register(api);
      await mailsAbout(person.email, CONFIRM);
      for (let n = 0; n < 6; n++) expectStatus(await person.client.post('/auth/email/resend'), 202);
      const mails = await mailsAbout(person.email, CONFIRM, 5);
      const waiting = 'SELECT 1 FROM platform.outbox_queue UNION ALL SELECT 1 FROM platform.outbox_deliveries';
      await eventually(
        () => shop.db.sql(waiting),
        (rows) => rows.length === 0,
      );
      expect(await mailsTo(person.email)).toHaveLength(5);
      const tokens = mails.map(tokenIn);
      expect(new Set(tokens).size).toBe(5);
      expectStatus(await verify(tokens[0] as string), 204);
      expect(outcomeOf(await verify(tokens[4] as string))).toEqual(TOKEN_INVALID); // all of them are used up
      expect(outcomeOf(await api.post('/auth/email/resend'))).toEqual(UNAUTHENTICATED);
    });

    it('refuses a token that has expired, is unknown, or is for something else', async () => {
      const person = await register(api);
      const token = tokenIn((await mailsAbout(person.email, CONFIRM))[0] as never);
      expect(outcomeOf(await reset(token))).toEqual(TOKEN_INVALID);
      expect(outcomeOf(await verify('x'.repeat(43)))).toEqual(TOKEN_INVALID);
      await shop.db.sql('UPDATE users.mail_tokens SET expires_at = now() WHERE user_id = $1', [person.id]);
      expect(outcomeOf(await verify(token))).toEqual(TOKEN_INVALID);
    });
  });

  describe('a forgotten password', () => {
    it('is reset once, which ends all sessions, and the owner is told', async () => {
      const person = await register(api);
      const other = await signInAgain(api, person);
      const machine = await insertApiKey(shop, person.id, ['orders:place']);
      expectStatus(await machine.client.get('/api/v2/orders'), 200);
      const token = await forget(person);
      expect(outcomeOf(await reset(token, 'password1234'))).toEqual([400, 'validation_failed']);
      expect(outcomeOf(await reset(token, 'i am grace hopper'))).toEqual([400, 'validation_failed']);
      const done = expectStatus(await reset(token), 204);
      expect(outcomeOf(await machine.client.get('/api/v2/orders'))).toEqual(UNAUTHENTICATED);
      for (const { client, cookie } of [person, other]) {
        expect(outcomeOf(await client.get('/users/me'))).toEqual(UNAUTHENTICATED);
        expect(outcomeOf(await refresh(api, cookie))).toEqual([401, 'refresh_token_invalid']);
      }
      expect(outcomeOf(await login(person, person.password))).toEqual(WRONG);
      expect(expectStatus(await login(person, NEW_PASSWORD), 200).body.user.emailVerified).toBe(true);
      expect(outcomeOf(await reset(token))).toEqual(TOKEN_INVALID);
      await mailsAbout(person.email, 'Your password was changed');
      expect((await announcedBy(shop, done)).map(({ name, actor }) => [name, actor])).toEqual([
        ['users.password_changed', person.id],
      ]);
      expect((await auditOf(shop, person.id)).map(({ action }) => action)).toEqual([
        ...['users.registered', 'users.logged_in', 'users.password_reset_requested'],
        ...['users.email_verified', 'users.password_reset', 'users.login_failed', 'users.logged_in'],
      ]);
    });

    it('is given to one of eight who reset it with the same token at the same time', async () => {
      const person = await register(api);
      const token = await forget(person);
      const wanted = Array.from({ length: 8 }, (_, n) => `${NEW_PASSWORD} ${n}`);
      const answers = await Promise.all(wanted.map((password) => reset(token, password)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(7).fill(422)]);
      const winner = wanted[answers.findIndex(({ status }) => status === 204)] as string;
      expectStatus(await login(person, winner), 200);
      expect(await eventsNamed(shop, 'users.password_changed', { userId: person.id })).toHaveLength(1);
    });

    it('shuts out who registered an address that is not theirs, with the authenticator that they left there', async () => {
      const squatter = await register(api);
      await guard(squatter);
      expectStatus(await reset(await forget(squatter)), 204);
      const { body } = expectStatus(await login(squatter, NEW_PASSWORD), 200);
      expect(body).toMatchObject({ user: { emailVerified: true } });
      const tokens = await shop.db.sql('SELECT used_at FROM users.mail_tokens WHERE user_id = $1', [squatter.id]);
      expect(tokens).toEqual([{ used_at: expect.any(Date) }, { used_at: expect.any(Date) }]); // none could come twice
    });

    it('shuts them out also when its owner had confirmed the address: what was there by then goes', async () => {
      const squatter = await register(api);
      const device = await addPasskey(squatter);
      await shop.db.sql(`INSERT INTO users.totp_factors (user_id, secret, confirmed_at) VALUES ($1, '', now())`, [
        squatter.id,
      ]);
      await confirm(squatter);
      const done = expectStatus(await reset(await forget(squatter)), 204);
      expect(expectStatus(await login(squatter, NEW_PASSWORD), 200).body).toMatchObject({ user: { id: squatter.id } });
      expect(outcomeOf(await signInWith(device))).toEqual([401, 'passkey_invalid']);
      const factors = { passkeys: 1, totp: 1, recoveryCodes: 10 };
      expect(await auditOf(shop, squatter.id)).toContainEqual(
        expect.objectContaining({ action: 'users.factors_dropped', actor: squatter.id, before: factors }),
      );
      expect((await announcedBy(shop, done)).map(({ payload }) => payload['change'] ?? 'password')).toEqual([
        ...['totp_removed', 'passkey_removed', 'password'],
      ]);
    });

    it('leaves the passkey of after the proof, and takes the one of before', async () => {
      const person = await register(api);
      const before = await addPasskey(person);
      await confirm(person);
      expectStatus(
        await person.client.post('/auth/step-up', { passkey: before.get(await stepUpOptions(person)) }),
        204,
      );
      const after = await addPasskey(person);
      expectStatus(await reset(await forget(person)), 204);
      expect(outcomeOf(await signInWith(before))).toEqual([401, 'passkey_invalid']);
      expectStatus(await signInWith(after), 200);
    });

    it('leaves the second factor of a proved address as it is: a mailbox alone opens nothing', async () => {
      const person = await register(api);
      await confirm(person);
      await guard(person);
      expectStatus(await reset(await forget(person)), 204);
      expect(expectStatus(await login(person, NEW_PASSWORD), 200).body).toMatchObject({ mfaRequired: true });
    });

    it('uses up the tokens of all mails', async () => {
      const person = await register(api);
      const tokens = [await forget(person), await forget(person, 2)];
      expectStatus(await reset(tokens[0] as string), 204);
      expect(outcomeOf(await reset(tokens[1] as string))).toEqual(TOKEN_INVALID);
    });

    it('is answered in the same way whether or not there is an account', async () => {
      const person = await register(api);
      const known = await api.post('/auth/password/forgot', { email: person.email.toUpperCase() });
      const unknown = await api.post('/auth/password/forgot', { email: someone().email });
      expect([known.status, known.body, unknown.status, unknown.body]).toEqual([202, undefined, 202, undefined]);
      const [ofKnown] = await announcedBy(shop, known);
      expect(await announcedBy(shop, unknown)).toEqual([{ ...ofKnown, payload: { userId: null } }]);
      await mailsAbout(person.email, RESET);
    });

    it('leaves no token behind: not in events, jobs, tables or logs', async () => {
      const person = await register(api);
      const token = await forget(person);
      const tables = await shop.db.sql<{ name: string }>(`
        SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`);
      expect(tables.length).toBeGreaterThan(20);
      for (const { name } of tables) {
        const rows = await shop.db.sql(`SELECT 1 FROM ${name} t WHERE strpos(t::text, $1) > 0`, [token]);
        expect([name, rows]).toEqual([name, []]);
      }
      expectStatus(await reset(token), 204);
    });
  });

  describe('a password that is known', () => {
    const change = (person: Person, currentPassword: string, password: string) =>
      person.client.post('/auth/password/change', { currentPassword, password });

    it('is changed by who is signed in; other sessions end, and the owner is told', async () => {
      const person = await register(api);
      const other = await signInAgain(api, person);
      expectStatus(await change(person, person.password, NEW_PASSWORD), 204);
      expectStatus(await person.client.get('/users/me'), 200);
      expect(outcomeOf(await other.client.get('/users/me'))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await login(person, person.password))).toEqual(WRONG);
      expectStatus(await login(person, NEW_PASSWORD), 200);
      await mailsAbout(person.email, 'Your password was changed');
      const keys = await shop.db.sql('SELECT 1 FROM platform.idempotency_keys WHERE scope = $1', [person.id]);
      expect(keys).toEqual([]); // a fingerprint of a password must not be stored
    });

    it('is not changed by who does not know it, nor to a bad one, nor twice at the same time', async () => {
      const person = await register(api);
      expect(outcomeOf(await change(person, 'a wrong password', NEW_PASSWORD))).toEqual(WRONG);
      expect((await auditOf(shop, person.id)).at(-1)).toMatchObject({
        action: 'users.password_refused',
        actor: person.id,
      });
      expect(outcomeOf(await change(person, person.password, 'qwerty123456'))).toEqual([400, 'validation_failed']);
      expect(outcomeOf(await api.post('/auth/password/change', {}))).toEqual(UNAUTHENTICATED);
      const race = await Promise.all(
        Array.from({ length: 5 }, (_, n) => change(person, person.password, `${NEW_PASSWORD} ${n}`)),
      );
      expect(race.map(({ status }) => status).sort()).toEqual([204, 401, 401, 401, 401]);
    });
  });

  it('tells the owner what becomes of second factors', async () => {
    const person = await register(api);
    const { recoveryCodes } = await guard(person);
    await mailsAbout(person.email, 'Authenticator app added');
    expectStatus(await person.client.post('/auth/step-up', { code: recoveryCodes[0] }), 204);
    await mailsAbout(person.email, 'Recovery code used');
    expectStatus(await person.client.post('/auth/mfa/recovery-codes'), 201);
    await mailsAbout(person.email, 'New recovery codes');
    expectStatus(await person.client.delete('/auth/mfa/totp'), 204);
    const [mail] = await mailsAbout(person.email, 'Authenticator app removed');
    expect(mail?.text).toContain('the authenticator app was removed from your account.');
    const changes = await eventsNamed(shop, 'users.factor_changed', { userId: person.id });
    expect(changes.map(({ payload }) => payload['change'])).toEqual([
      ...['totp_enrolled', 'recovery_code_used', 'recovery_codes_renewed', 'totp_removed'],
    ]);
  });

  it('tells the owner of API keys that are made or renewed', async () => {
    const person = await register(api);
    await shop.db.sql(`UPDATE users.users SET roles = '{admin}' WHERE id = $1`, [person.id]);
    const { client } = await signInAgain(api, person);
    expectStatus(await client.post('/auth/step-up', { password: person.password }), 204);
    const key = { name: 'A machine', permissions: ['orders:read'] };
    const { id } = expectStatus(await client.post('/api-keys', key), 201).body;
    const [mail] = await mailsAbout(person.email, 'API key made');
    expect(mail?.text).toContain('If it was not you, revoke the key');
    expectStatus(await client.post(`/api-keys/${id}/rotate`, { graceSeconds: 0 }), 200);
    await mailsAbout(person.email, 'API key renewed');
  });

  it('tells the owner of a sign-in with a new device, once, and not of a known one', async () => {
    const person = await register(api);
    await signInAgain(api, person, 'Browser/1.0 <b>on a phone</b>');
    const [mail] = await mailsAbout(person.email, 'New sign-in to your account');
    expect(mail?.text).toContain('Browser/1.0 <b>on a phone</b>, at the network address 127.0.0.1');
    expect(mail?.html).toContain('&lt;b&gt;on a phone');
    const again = await signInAgain(api, person, 'Browser/2.0 <b>on a phone</b>');
    expect(await announcedBy(shop, again.answer)).toEqual([]);
  });
});
