import { randomUUID } from 'node:crypto';
import type { ApiClient } from './api-client';
import { anOrder, expectStatus, putOnSale } from './orders';
import { register, signInAgain } from './people';
import type { Shop } from './shop';

/** What belongs to somebody and has an address. */
export type Thing = 'order' | 'payment' | 'session' | 'passkey' | 'identity' | 'apiKey';

/** Somebody with an account and one of each thing, whose session is stepped up. */
export interface Owner {
  id: string;
  client: ApiClient;
  things: Record<Thing, string>;
}

/** Somebody new with these roles and belongings. */
export async function anOwner(shop: Shop, role: string): Promise<Owner> {
  const person = await register(shop.api);
  await shop.db.sql('UPDATE users.users SET roles = $2 WHERE id = $1', [person.id, [role]]);
  const { client } = await signInAgain(shop.api, person);
  expectStatus(await client.post('/auth/step-up', { password: person.password }), 204);
  const order = expectStatus(await client.post('/orders', anOrder(await putOnSale(shop, 5), 1, 'tok_ok')), 201).body;
  const things = {
    order: order.id as string,
    payment: expectStatus(await client.get(`/orders/${order.id}`), 200).body.payments[0].id as string,
    session: await otherSession(client),
    passkey: await insertPasskey(shop, person.id),
    identity: await insertIdentity(shop, person.id),
    apiKey: (await insertApiKey(shop, person.id, ['orders:place'])).id,
  };
  return { id: person.id, client, things };
}

/** Gives somebody an API key past the product, which would ask what they may. @returns who shows its secret */
export async function insertApiKey(shop: Shop, ownerId: string, permissions: string[]) {
  const secret = `ck_live_${randomUUID().replaceAll('-', '')}${'k'.repeat(11)}`;
  const [row] = await shop.db.sql<{ id: string }>(
    `INSERT INTO users.api_keys (id, owner_id, name, hint, permissions, secret_hash, expires_at)
     VALUES (uuidv7(), $1, 'A machine', 'ck_live_…kkkk', $2, sha256($3::text::bytea), now() + interval '1 day') RETURNING id`,
    [ownerId, permissions, secret],
  );
  return { id: row?.id as string, client: shop.api.as(secret) };
}

async function insertPasskey(shop: Shop, userId: string): Promise<string> {
  const [row] = await shop.db.sql<{ id: string }>(
    `INSERT INTO users.passkeys (user_id, credential_id, public_key, counter, transports, name, is_backed_up)
     VALUES ($1, $2, '', 0, '{}', 'A passkey', false) RETURNING id`,
    [userId, randomUUID()],
  );
  return row?.id as string;
}

async function insertIdentity(shop: Shop, userId: string): Promise<string> {
  const [row] = await shop.db.sql<{ id: string }>(
    `INSERT INTO users.identities (user_id, issuer, subject) VALUES ($1, 'https://acme.example', $2) RETURNING id`,
    [userId, randomUUID()],
  );
  return row?.id as string;
}

/** One that can be ended without ending the test. */
async function otherSession(client: ApiClient): Promise<string> {
  const { data } = expectStatus(await client.get('/auth/sessions'), 200).body;
  return data.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent).id as string;
}
