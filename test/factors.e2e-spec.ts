import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { auditOf } from './support/events';
import { eventually } from './support/eventually';
import {
  bytesOf,
  codeOf,
  firstStep,
  guard,
  halfAMinuteLater,
  registerGuarded,
  secondStep,
  wrongCodeFor,
} from './support/factors';
import { expectStatus } from './support/orders';
import { INVALID, NOT_FOUND, outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { cookieOf, refresh, register, signInAgain } from './support/people';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

const NEEDED = [403, 'step_up_required'];
const WRONG_CODE = [401, 'code_invalid'];
const NO_CHALLENGE = [401, 'challenge_invalid'];
const LIMITED = [429, 'rate_limited'];

describe('second factors', () => {
  let shop: Shop;
  let api: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api;
  });
  afterAll(() => shop.close());

  const actionsOf = async (userId: string) => (await auditOf(shop, userId)).map(({ action }) => action);
  const codesOf = (answers: Array<{ status: number }>, status: number) =>
    answers.filter((answer) => answer.status === status).length;

  describe('an authenticator app', () => {
    it('is enrolled with a secret that is shown once and sealed at rest', async () => {
      const person = await register(api);
      const { id, email, client } = person;
      const answer = await client.post('/auth/mfa/totp');
      expect(answer.status).toBe(201);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { secret, otpauthUri, qrCode } = answer.body;
      const uri = new URL(otpauthUri);
      expect(decodeURIComponent(uri.pathname)).toBe(`/Countinghouse:${email}`);
      expect(uri.searchParams.get('secret')).toBe(secret);
      const png = Buffer.from(qrCode.replace('data:image/png;base64,', ''), 'base64');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      const [row] = await shop.db.sql('SELECT secret, confirmed_at FROM users.totp_factors WHERE user_id = $1', [id]);
      expect(row?.confirmed_at).toBeNull();
      expect((row?.secret as Buffer).includes(bytesOf(secret))).toBe(false);
      expect(await client.get('/auth/mfa')).toMatchObject({
        body: { enabled: false, methods: [], totpConfirmedAt: null, passkeys: 0, recoveryCodesLeft: 0 },
      });
      await signInAgain(api, person); // the password is still enough
    });

    it('counts from its first code on, and brings ten recovery codes, of which only hashes are kept', async () => {
      const { id, client } = await register(api);
      const { secret } = (await client.post('/auth/mfa/totp')).body;
      expect(outcomeOf(await client.post('/auth/mfa/totp/confirm', { code: wrongCodeFor(secret) }))).toEqual(
        WRONG_CODE,
      );
      const { status, body } = await client.post('/auth/mfa/totp/confirm', { code: codeOf(secret) });
      expect(status).toBe(200);
      expect(new Set(body.recoveryCodes).size).toBe(10);
      const kept = await shop.db.sql('SELECT code_hash, used_at FROM users.recovery_codes WHERE user_id = $1', [id]);
      expect(kept).toHaveLength(10);
      for (const { code_hash } of kept) expect(code_hash).toHaveLength(32);
      expect((await client.get('/auth/mfa')).body).toEqual({
        ...{ enabled: true, methods: ['totp', 'recovery_code'], passkeys: 0, recoveryCodesLeft: 10 },
        totpConfirmedAt: expect.any(String),
      });
      expect(await actionsOf(id)).toEqual([
        ...['users.registered', 'users.totp_begun', 'users.code_refused', 'users.totp_confirmed'],
        'users.recovery_codes_issued',
      ]);
      expect(outcomeOf(await client.post('/auth/mfa/totp/confirm', { code: codeOf(secret, 1) }))).toEqual([
        ...[409, 'totp_enrolled'],
      ]);
    });

    it('may be begun again until it is confirmed, and the last secret counts', async () => {
      const { client } = await register(api);
      expect(outcomeOf(await client.post('/auth/mfa/totp/confirm', { code: '123456' }))).toEqual([
        409,
        'totp_not_begun',
      ]);
      const [first, second] = [await client.post('/auth/mfa/totp'), await client.post('/auth/mfa/totp')];
      expect(first.body.secret).not.toBe(second.body.secret);
      const withOld = await client.post('/auth/mfa/totp/confirm', { code: codeOf(first.body.secret) });
      expect(outcomeOf(withOld)).toEqual(WRONG_CODE);
      expectStatus(await client.post('/auth/mfa/totp/confirm', { code: codeOf(second.body.secret) }), 200);
      expect(outcomeOf(await client.post('/auth/mfa/totp'))).toEqual(NEEDED); // a further factor needs the first
    });

    it('keeps no secret under an Idempotency-Key', async () => {
      const { client } = await register(api);
      const key = randomUUID();
      const [first, second] = [
        await client.post('/auth/mfa/totp', undefined, { key }),
        await client.post('/auth/mfa/totp', undefined, { key }),
      ];
      expect(first.body.secret).not.toBe(second.body.secret);
      expect(await shop.db.sql('SELECT 1 FROM platform.idempotency_keys WHERE key = $1', [key])).toEqual([]);
    });

    it('is not for a session that has shown no password for a while, which could be stolen', async () => {
      const { id, client, password } = await register(api);
      const later = `UPDATE users.sessions SET created_at = created_at - interval '901 seconds' WHERE user_id = $1`;
      await shop.db.sql(later, [id]);
      expect(outcomeOf(await client.post('/auth/mfa/totp'))).toEqual(NEEDED);
      expectStatus(await client.post('/auth/step-up', { password }), 204);
      expectStatus(await client.post('/auth/mfa/totp'), 201);
    });

    it('is confirmed with few guesses, within a quarter of an hour, and by a session that might begin one', async () => {
      const { id, client } = await register(api);
      const { secret } = (await client.post('/auth/mfa/totp')).body;
      const confirm = (code: string) => client.post('/auth/mfa/totp/confirm', { code });
      for (let n = 0; n < 10; n++) expect(outcomeOf(await confirm(wrongCodeFor(secret)))).toEqual(WRONG_CODE);
      expect(outcomeOf(await confirm(codeOf(secret)))).toEqual(LIMITED);
      await shop.db.sql('DELETE FROM users.factor_guesses WHERE user_id = $1', [id]);
      const age = (table: string) =>
        shop.db.sql(`UPDATE users.${table} SET created_at = created_at - interval '901 seconds' WHERE user_id = $1`, [
          id,
        ]);
      await age('totp_factors');
      expect(outcomeOf(await confirm(codeOf(secret)))).toEqual([409, 'totp_not_begun']);
      const { secret: next } = expectStatus(await client.post('/auth/mfa/totp'), 201).body;
      await age('sessions');
      expect(outcomeOf(await confirm(codeOf(next)))).toEqual(NEEDED);
    });

    it('is not confirmed by a session that was ended while it waited for its turn', async () => {
      const { id, client } = await register(api);
      const { secret } = (await client.post('/auth/mfa/totp')).body;
      const lock = await RowLock.take(shop, 'SELECT 1 FROM users.users WHERE id = $1', [id]);
      const confirming = client.post('/auth/mfa/totp/confirm', { code: codeOf(secret) });
      await eventually(
        () => countWaiting(shop),
        (count) => count === 1,
      );
      await shop.db.sql('UPDATE users.sessions SET ended_at = now() WHERE user_id = $1', [id]);
      await lock.release();
      expect(outcomeOf(await confirming)).toEqual(UNAUTHENTICATED);
      expect((await actionsOf(id)).at(-1)).toBe('users.totp_begun');
    });

    it('is removed after a step-up only, and its recovery codes with it', async () => {
      const person = await registerGuarded(api);
      const { id, client, secret, recoveryCodes } = person;
      expect(outcomeOf(await client.delete('/auth/mfa/totp'))).toEqual(NEEDED);
      expectStatus(await client.post('/auth/step-up', { code: codeOf(secret, 1) }), 204);
      expectStatus(await client.delete('/auth/mfa/totp'), 204);
      expect(outcomeOf(await client.delete('/auth/mfa/totp'))).toEqual(NOT_FOUND);
      expect((await client.get('/auth/mfa')).body).toMatchObject({ enabled: false, recoveryCodesLeft: 0 });
      expect((await auditOf(shop, id)).at(-1)).toMatchObject({
        ...{ action: 'users.totp_removed', actor: id, before: { totp: true }, after: { totp: false } },
      });
      await signInAgain(api, person);
      expect(outcomeOf(await client.post('/auth/step-up', { code: recoveryCodes[0] }))).toEqual(WRONG_CODE);
    });
  });

  describe('signing in', () => {
    it('takes two steps, of which the first opens nothing', async () => {
      const person = await registerGuarded(api);
      const { email, password } = person;
      const first = await api.post('/auth/login', { email, password });
      expect(first).toMatchObject({
        ...{ status: 200, body: { mfaRequired: true, challengeToken: expect.stringMatching(/^[\w-]{43}$/) } },
      });
      expect(Object.keys(first.body).sort()).toEqual(['challengeToken', 'methods', 'mfaRequired']);
      expect(cookieOf(first)).toBe('');
      const { challengeToken } = first.body;
      expect(outcomeOf(await api.as(challengeToken).get('/users/me'))).toEqual(UNAUTHENTICATED);
      expect(outcomeOf(await refresh(api, `refresh_token=${challengeToken}`))).toEqual([401, 'refresh_token_invalid']);
      const sessions = await shop.db.sql('SELECT 1 FROM users.sessions WHERE user_id = $1', [person.id]);
      expect(sessions).toHaveLength(1); // that of the registration
      const second = await secondStep(api, challengeToken, codeOf(person.secret, 1));
      expect(second).toMatchObject({ status: 200, body: { user: { id: person.id }, tokenType: 'Bearer' } });
      expect(second.headers.get('cache-control')).toBe('no-store');
      expectStatus(await api.as(second.body.accessToken).get('/users/me'), 200);
      expectStatus(await refresh(api, cookieOf(second)), 200);
      const [logIn] = (await auditOf(shop, person.id)).slice(-1);
      expect(logIn).toMatchObject({ action: 'users.logged_in', actor: person.id, after: { by: 'totp' } });
    });

    it('tells who does not know the password nothing about it', async () => {
      const { email } = await registerGuarded(api);
      const wrong = await api.post('/auth/login', { email, password: 'a wrong password' });
      const unknown = await api.post('/auth/login', { email: `x${email}`, password: 'a wrong password' });
      expect(outcomeOf(wrong)).toEqual([401, 'invalid_credentials']);
      expect({ ...unknown.body, requestId: null }).toEqual({ ...wrong.body, requestId: null });
    });

    it('takes a recovery code in place of the app, once, however it is written', async () => {
      const person = await registerGuarded(api);
      const [code = '', other = ''] = person.recoveryCodes;
      const signedIn = await secondStep(api, await firstStep(api, person), code.toLowerCase().replace(/-/g, ' '));
      expectStatus(signedIn, 200);
      expect(outcomeOf(await secondStep(api, await firstStep(api, person), code))).toEqual(WRONG_CODE);
      expectStatus(await secondStep(api, await firstStep(api, person), other), 200);
      expect((await person.client.get('/auth/mfa')).body.recoveryCodesLeft).toBe(8);
      expect(await actionsOf(person.id)).toContain('users.recovery_code_used');
    });

    it('has a challenge that is good once, for its own account, for five minutes', async () => {
      const [person, other] = [await registerGuarded(api), await registerGuarded(api)];
      const used = await firstStep(api, person);
      expectStatus(await secondStep(api, used, codeOf(person.secret, 1)), 200);
      await halfAMinuteLater(shop, person);
      expect(outcomeOf(await secondStep(api, used, codeOf(person.secret, 1)))).toEqual(NO_CHALLENGE);
      expect(outcomeOf(await secondStep(api, await firstStep(api, other), codeOf(person.secret)))).toEqual(WRONG_CODE);
      const late = await firstStep(api, person);
      await shop.db.sql(
        `UPDATE users.mfa_challenges SET expires_at = expires_at - interval '301 seconds' WHERE used_at IS NULL AND user_id = $1`,
        [person.id],
      );
      expect(outcomeOf(await secondStep(api, late, codeOf(person.secret)))).toEqual(NO_CHALLENGE);
      for (const strange of ['x'.repeat(43), person.client.token?.slice(0, 43).replace('.', '-') ?? ''])
        expect(outcomeOf(await secondStep(api, strange, codeOf(person.secret)))).toEqual(NO_CHALLENGE);
      expect(outcomeOf(await secondStep(api, 'x'.repeat(44), '123456'))).toEqual(INVALID);
      const kept = await shop.db.sql('SELECT token_hash FROM users.mfa_challenges WHERE user_id = $1', [person.id]);
      for (const { token_hash } of kept) expect((token_hash as Buffer).toString('base64url')).not.toBe(used);
    });

    it('has a challenge that dies with the password', async () => {
      const person = await registerGuarded(api);
      const challenge = await firstStep(api, person);
      const change = { currentPassword: person.password, password: 'another long enough secret' };
      expectStatus(await person.client.post('/auth/password/change', change), 204);
      expect(outcomeOf(await secondStep(api, challenge, codeOf(person.secret, 1)))).toEqual(NO_CHALLENGE);
      expectStatus(
        await secondStep(api, await firstStep(api, { ...person, ...change }), codeOf(person.secret, 1)),
        200,
      );
    });

    it('lets a challenge be guessed five times', async () => {
      const person = await registerGuarded(api);
      const challenge = await firstStep(api, person);
      for (let guess = 0; guess < 5; guess++)
        expect(outcomeOf(await secondStep(api, challenge, wrongCodeFor(person.secret)))).toEqual(WRONG_CODE);
      expect(outcomeOf(await secondStep(api, challenge, codeOf(person.secret, 1)))).toEqual(NO_CHALLENGE);
      expectStatus(await secondStep(api, await firstStep(api, person), codeOf(person.secret, 1)), 200);
    });

    it('locks the codes of an account after ten wrong ones, on every node, and opens again by itself', async () => {
      const person = await registerGuarded(api);
      const tokens = [await firstStep(api, person), await firstStep(api, person), await firstStep(api, person)];
      const guesses = await Promise.all(
        Array.from({ length: 10 }, (_, n) => secondStep(api, tokens[n % 2] ?? '', wrongCodeFor(person.secret))),
      );
      expect(codesOf(guesses, 401)).toBe(10);
      const right = codeOf(person.secret, 1);
      const locked = await secondStep(api, tokens[2] ?? '', right);
      expect(outcomeOf(locked)).toEqual(LIMITED);
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
      expect(outcomeOf(await person.client.post('/auth/step-up', { code: right }))).toEqual(LIMITED);
      const over = `UPDATE users.factor_guesses SET window_ends_at = now() WHERE user_id = $1`;
      await shop.db.sql(over, [person.id]);
      expectStatus(await secondStep(api, tokens[2] ?? '', right), 200);
    });

    it('does not count what was right', async () => {
      const person = await registerGuarded(api);
      for (let time = 0; time < 12; time++) {
        expectStatus(await person.client.post('/auth/step-up', { code: codeOf(person.secret, 1) }), 204);
        await halfAMinuteLater(shop, person);
      }
    });
  });

  describe('the same code at once', () => {
    it('of the app opens one of twenty sign-ins', async () => {
      const person = await registerGuarded(api);
      const tokens = await Promise.all(Array.from({ length: 20 }, () => firstStep(api, person)));
      const code = codeOf(person.secret, 1);
      const answers = await Promise.all(tokens.map((token) => secondStep(api, token, code)));
      expect(codesOf(answers, 200)).toBe(1);
      expect(codesOf(answers, 401) + codesOf(answers, 429)).toBe(19);
      const sessions = await shop.db.sql('SELECT 1 FROM users.sessions WHERE user_id = $1', [person.id]);
      expect(sessions).toHaveLength(2);
    });

    it('and challenge opens one session', async () => {
      const person = await registerGuarded(api);
      const token = await firstStep(api, person);
      const codes = [codeOf(person.secret, 1), ...person.recoveryCodes.slice(0, 4)];
      const answers = await Promise.all(codes.map((code) => secondStep(api, token, code)));
      expect(codesOf(answers, 200)).toBe(1);
      const left = (await person.client.get('/auth/mfa')).body.recoveryCodesLeft;
      expect(left).toBeGreaterThanOrEqual(9); // a code that opened nothing is not used up
    });

    it('of the recovery codes opens one of nine', async () => {
      const person = await registerGuarded(api);
      const [code = ''] = person.recoveryCodes;
      const tokens = await Promise.all(Array.from({ length: 9 }, () => firstStep(api, person)));
      const answers = await Promise.all(tokens.map((token) => secondStep(api, token, code)));
      expect([codesOf(answers, 200), codesOf(answers, 401)]).toEqual([1, 8]);
    });

    it('confirms an app once', async () => {
      const { id, client } = await register(api);
      const { secret } = (await client.post('/auth/mfa/totp')).body;
      const confirm = () => client.post('/auth/mfa/totp/confirm', { code: codeOf(secret) });
      const answers = await Promise.all(Array.from({ length: 10 }, confirm));
      expect([codesOf(answers, 200), codesOf(answers, 409)]).toEqual([1, 9]);
      expect(await shop.db.sql('SELECT 1 FROM users.recovery_codes WHERE user_id = $1', [id])).toHaveLength(10);
    });
  });

  describe('recovery codes', () => {
    it('are renewed after a step-up, and those before stop working', async () => {
      const person = await registerGuarded(api);
      const { client, secret, recoveryCodes } = person;
      expect(outcomeOf(await client.post('/auth/mfa/recovery-codes'))).toEqual(NEEDED);
      expectStatus(await client.post('/auth/step-up', { code: codeOf(secret, 1) }), 204);
      const { body } = expectStatus(await client.post('/auth/mfa/recovery-codes'), 201);
      expect(body.recoveryCodes).toHaveLength(10);
      expect(outcomeOf(await secondStep(api, await firstStep(api, person), recoveryCodes[0] ?? ''))).toEqual(
        WRONG_CODE,
      );
      expectStatus(await secondStep(api, await firstStep(api, person), body.recoveryCodes[0]), 200);
    });

    it('are nothing for an account without a second factor', async () => {
      const { client, password } = await register(api);
      expectStatus(await client.post('/auth/step-up', { password }), 204);
      expect(outcomeOf(await client.post('/auth/mfa/recovery-codes'))).toEqual([409, 'second_factor_missing']);
    });
  });

  describe('step-up with a second factor', () => {
    it('takes a code and not the password', async () => {
      const { client, password, secret, recoveryCodes, id } = await registerGuarded(api);
      expect(outcomeOf(await client.post('/auth/step-up', { password }))).toEqual([403, 'second_factor_required']);
      const wrong = await client.post('/auth/step-up', { code: wrongCodeFor(secret) });
      expect(outcomeOf(wrong)).toEqual(WRONG_CODE);
      expect((await auditOf(shop, id)).at(-1)).toMatchObject({
        ...{ action: 'users.code_refused', actor: id, after: { where: 'step-up' } },
      });
      expect(outcomeOf(await client.delete('/auth/mfa/totp'))).toEqual(NEEDED);
      const code = codeOf(secret, 1);
      expectStatus(await client.post('/auth/step-up', { code }), 204);
      expect(outcomeOf(await client.post('/auth/step-up', { code }))).toEqual(WRONG_CODE); // each works once
      expectStatus(await client.post('/auth/step-up', { code: recoveryCodes[0] }), 204);
    });

    it('takes one proof, no more and no less', async () => {
      const { client, password } = await register(api);
      for (const body of [{}, { password, code: '123456' }])
        expect(outcomeOf(await client.post('/auth/step-up', body))).toEqual(INVALID);
      expect(outcomeOf(await client.post('/auth/step-up', { code: '123456' }))).toEqual(WRONG_CODE); // there is no app
    });
  });

  it('belong to their user: nobody sees or removes those of another', async () => {
    const [person, stranger] = [await registerGuarded(api), await register(api)];
    expect((await stranger.client.get('/auth/mfa')).body).toMatchObject({ enabled: false });
    expectStatus(await stranger.client.post('/auth/step-up', { password: stranger.password }), 204);
    expect(outcomeOf(await stranger.client.delete('/auth/mfa/totp'))).toEqual(NOT_FOUND);
    expect((await person.client.get('/auth/mfa')).body).toMatchObject({ enabled: true });
    for (const path of ['/auth/mfa/totp', '/auth/mfa/recovery-codes'])
      expect(outcomeOf(await api.post(path))).toEqual(UNAUTHENTICATED);
    expect(outcomeOf(await api.get('/auth/mfa'))).toEqual(UNAUTHENTICATED);
    await guard(stranger);
  });
});
