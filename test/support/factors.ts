import { Secret, TOTP } from 'otpauth';
import type { Answer, ApiClient } from './api-client';
import { expectStatus } from './orders';
import { register, type Person } from './people';
import type { Shop } from './shop';

const STEP_MS = 30_000;

/** Somebody whose password alone is not enough. */
export interface Guarded extends Person {
  /** The shared secret, in base 32. */
  secret: string;
  recoveryCodes: string[];
}

/** What the authenticator app shows. @param steps so many half minutes later */
export function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });
}

/** Not what it shows, nor what it showed or will show next. */
export function wrongCodeFor(secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? '';
}

/** Registers somebody with an authenticator app. */
export async function registerGuarded(api: ApiClient): Promise<Guarded> {
  const person = await register(api);
  return { ...person, ...(await guard(person)) };
}

/** Enrols an authenticator app. Its first code is used up by that. */
export async function guard({ client }: Person): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = expectStatus(await client.post('/auth/mfa/totp'), 201).body;
  const { body } = expectStatus(await client.post('/auth/mfa/totp/confirm', { code: codeOf(secret) }), 200);
  return { secret, recoveryCodes: body.recoveryCodes };
}

/** Lets the codes of this moment be used again, as if half a minute had passed. */
export async function halfAMinuteLater(shop: Shop, { id }: Person): Promise<void> {
  await shop.db.sql('UPDATE users.totp_factors SET last_step = last_step - 2 WHERE user_id = $1', [id]);
}

/** The first step of signing in. @returns the token for the second */
export async function firstStep(api: ApiClient, { email, password }: Person): Promise<string> {
  const { body } = expectStatus(await api.post('/auth/login', { email, password }), 200);
  if (body.mfaRequired !== true) throw new Error(`Nothing more is asked for: ${JSON.stringify(Object.keys(body))}`);
  return body.challengeToken;
}

/** The second step. */
export function secondStep(api: ApiClient, challengeToken: string, code: string): Promise<Answer> {
  return api.post('/auth/mfa/verify', { challengeToken, code });
}

/** The session that a token belongs to. */
export function sessionOf({ token = '' }: ApiClient): string {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;
}

/** A secret as it would stand in a table that kept it as it is. */
export function bytesOf(secret: string): Buffer {
  return Buffer.from(Secret.fromBase32(secret).buffer);
}
