import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decode } from 'jsonwebtoken';
import type { ApiClient } from './support/api-client';
import type { Program } from './support/child-process';
import { setting } from './support/database';
import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { outcomeOf, UNAUTHENTICATED } from './support/outcome';
import { refresh, register } from './support/people';
import { Shop } from './support/shop';

const LEAD = '3s';

/** Of keys in a folder of their own: the whole run shares the other. */
describe('signing keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countinghouse-keys-'));
  let shop: Shop;
  let api: ApiClient;
  let program: Program;

  beforeAll(async () => {
    cpSync(setting('TEST_KEYS_DIR'), folder, { recursive: true });
    shop = await Shop.open();
    ({ api, program } = await shop.startApiProcess({ JWT_KEYS_DIR: folder, JWT_KEY_LEAD: LEAD }));
  });
  afterAll(async () => {
    await program.stop();
    await shop.close();
    rmSync(folder, { recursive: true });
  });

  const rotate = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['tools/keys/rotate.mjs', ...args], {
      env: { ...process.env, NODE_OPTIONS: '', JWT_KEYS_DIR: folder, JWT_KEY_LEAD: LEAD },
    });
  const published = async (): Promise<string[]> =>
    (await api.get('/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);
  const kidOf = (token = '') => decode(token, { complete: true })?.header.kid;
  const issued = async (cookie: string) => expectStatus(await refresh(api, cookie), 200);

  it('are published with the time for which they may be kept', async () => {
    const { headers, body } = await api.get('/.well-known/jwks.json');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body.keys).toMatchObject([{ kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB' }]);
    expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('change without a restart: a new one is published, then it signs, and tokens of the old one go on working', async () => {
    const person = await register(api);
    const [old] = await published();
    expect(kidOf(person.client.token)).toBe(old);
    await rotate();
    const both = await eventually(published, (kids) => kids.length === 2);
    expect(both[0]).toBe(old);
    const meanwhile = await register(api);
    const isSignedByNew = async () => kidOf((await register(api)).client.token);
    await eventually(isSignedByNew, (kid) => kid === both[1]);
    expect([old, both[1]]).toContain(kidOf(meanwhile.client.token));
    for (const { client } of [person, meanwhile]) expectStatus(await client.get('/users/me'), 200);
    const renewed = await issued(person.cookie);
    expect(kidOf(renewed.body.accessToken)).toBe(both[1]);
    expectStatus(await api.as(renewed.body.accessToken).get('/users/me'), 200);
  });

  it('survive a file that is no key', async () => {
    const before = await published();
    writeFileSync(join(folder, 'broken.pem'), '-----BEGIN PRIVATE KEY-----\n');
    const person = await register(api);
    expectStatus(await person.client.get('/users/me'), 200);
    expect(await published()).toEqual(before);
    rmSync(join(folder, 'broken.pem'));
  });

  it('can be revoked: their tokens stop working, sessions go on with the next key', async () => {
    const person = await register(api);
    const leaked = kidOf(person.client.token) as string;
    expectStatus(await person.client.get('/users/me'), 200); // kept as verified from here on
    await rotate('--revoke', leaked);
    expect(readdirSync(folder)).not.toContain(`${leaked}.pem`);
    const refused = await eventually(
      () => person.client.get('/users/me'),
      ({ status }) => status === 401,
    );
    expect(outcomeOf(refused)).toEqual(UNAUTHENTICATED);
    expect(await published()).not.toContain(leaked);
    const renewed = await refresh(api, person.cookie);
    expectStatus(await api.as(renewed.body.accessToken).get('/users/me'), 200);
    await expect(rotate('--revoke', leaked)).rejects.toMatchObject({ stderr: expect.stringContaining('no key') });
  });
});
