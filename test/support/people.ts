import { randomUUID } from 'node:crypto';
import type { Answer, ApiClient } from './api-client';
import { expectStatus } from './orders';

/** Somebody with an account, and what their browser keeps of signing in. */
export interface Person {
  id: string;
  email: string;
  password: string;
  /** The API as this person. */
  client: ApiClient;
  /** `refresh_token=…` */
  cookie: string;
  /** The answer to the registration. */
  answer: Answer;
}

/** What somebody new would send to register. */
export function someone() {
  return {
    email: `person-${randomUUID()}@example.test`,
    password: 'correct horse battery staple',
    firstName: 'Grace',
    lastName: 'Hopper',
  };
}

/** Registers somebody new. */
export async function register(api: ApiClient): Promise<Person> {
  const registration = someone();
  const answer = expectStatus(await api.post('/auth/register', registration), 201);
  return {
    id: answer.body.user.id,
    email: registration.email,
    password: registration.password,
    client: api.as(answer.body.accessToken),
    cookie: cookieOf(answer),
    answer,
  };
}

/** Signs somebody in once more, as from another device. */
export async function signInAgain(api: ApiClient, { email, password }: Person, device = 'Another device') {
  const headers = { 'user-agent': device };
  const answer = expectStatus(await api.post('/auth/login', { email, password }, { headers }), 200);
  return { client: api.as(answer.body.accessToken), cookie: cookieOf(answer), answer };
}

/** Exchanges a refresh token. */
export function refresh(api: ApiClient, cookie: string | undefined, headers: Record<string, string> = {}) {
  return api.post('/auth/refresh', undefined, { headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) } });
}

/** `name=value` of the cookie that an answer sets; the empty text when it sets none. */
export function cookieOf({ headers }: Answer): string {
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
