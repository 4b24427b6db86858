import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, SettingsError } from './load-settings';

const complete = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/db',
  SMTP_URL: 'smtp://127.0.0.1:25',
  JWT_KEYS_DIR: '/keys',
  APP_SECRET: 's'.repeat(32),
  ENCRYPTION_KEYS: `k1:${'k'.repeat(42)}A`,
  SANDBOX_GATEWAY_URL: 'http://127.0.0.1:3400',
  SANDBOX_WEBHOOK_SECRET: 'w'.repeat(32),
};

describe('loadSettings', () => {
  it('fills in defaults and understands lengths of time and rates', () => {
    const settings = loadSettings({ ...complete, ORDER_EXPIRY: '45m', RATE_LIMIT_AUTH: '5/60' });
    expect(settings).toMatchObject({ PORT: 3000, ORDER_EXPIRY: 2700, GATEWAY_TIMEOUT: 5, CORS_ORIGINS: [] });
    expect(settings.RATE_LIMIT_AUTH).toEqual({ limit: 5, windowSeconds: 60 });
  });

  it('waits no longer than a timer can', () => {
    expect(loadSettings({ ...complete, BOOKS_EVERY: '20d', SAGA_RETENTION: '90d' }).BOOKS_EVERY).toBe(20 * 86_400);
    expect(() => loadSettings({ ...complete, BOOKS_EVERY: '21d' })).toThrow(/BOOKS_EVERY.*at most 20d/);
  });

  it('names every problem at once and never a value', () => {
    const broken = { ...complete, PORT: 'seven', ORDER_EXPIRY: 'soon', APP_SECRET: 'hunter2' };
    const attempt = () => loadSettings({ ...broken, DATABASE_URL: '' });
    expect(attempt).toThrow(SettingsError);
    expect(attempt).toThrow(/PORT[^]*DATABASE_URL is missing[^]*APP_SECRET[^]*ORDER_EXPIRY/);
    expect(attempt).not.toThrow(/hunter2/);
  });

  it('wants all settings of the payment gateway that is chosen, and none or all of another', () => {
    const { SANDBOX_GATEWAY_URL: _url, SANDBOX_WEBHOOK_SECRET: _secret, ...bare } = complete;
    expect(() => loadSettings(bare)).toThrow(/SANDBOX_GATEWAY_URL is missing[^]*SANDBOX_WEBHOOK_SECRET is missing/);
    const stripe = { STRIPE_SECRET_KEY: 'sk_test_1234', STRIPE_WEBHOOK_SECRET: 'whsec_1234' };
    expect(loadSettings({ ...bare, ...stripe, PAYMENT_PROVIDER: 'stripe' }).PAYMENT_PROVIDER).toBe('stripe');
    expect(loadSettings({ ...complete, ...stripe }).PAYMENT_PROVIDER).toBe('sandbox');
    expect(() => loadSettings({ ...bare, PAYMENT_PROVIDER: 'stripe' })).toThrow(/STRIPE_SECRET_KEY is missing/);
    expect(() => loadSettings({ ...complete, STRIPE_SECRET_KEY: 'sk_test_1234' })).toThrow(/STRIPE_WEBHOOK_SECRET/);
  });

  it('takes encryption keys of 32 bytes, each under an id of its own', () => {
    const key = Buffer.alloc(32, 7).toString('base64url');
    const { ENCRYPTION_KEYS } = loadSettings({ ...complete, ENCRYPTION_KEYS: `new:${key},old:${key}` });
    expect(ENCRYPTION_KEYS).toEqual(['new', 'old'].map((id) => ({ id, key: Buffer.alloc(32, 7) })));
    for (const wrong of [key, `k1:${key}x`, `k1:${key.slice(1)}`, `k1:${key},k1:${key}`, `k1:${key},`])
      expect(() => loadSettings({ ...complete, ENCRYPTION_KEYS: wrong })).toThrow(/ENCRYPTION_KEYS/);
  });

  it('takes providers to sign in with as a list in JSON, over https or on this machine', () => {
    const acme = { name: 'acme', issuer: 'https://acme.example', clientId: 'shop', clientSecret: 'hush' };
    const load = (...providers: object[]) =>
      loadSettings({ ...complete, OIDC_PROVIDERS: JSON.stringify(providers) }).OIDC_PROVIDERS;
    expect(loadSettings(complete).OIDC_PROVIDERS).toEqual([]);
    expect(load(acme)).toEqual([{ ...acme, scopes: 'openid email profile' }]);
    expect(load({ ...acme, issuer: 'http://127.0.0.1:4000' })).toHaveLength(1);
    for (const wrong of [
      [{ ...acme, issuer: 'http://acme.example' }],
      [{ ...acme, issuer: 'http://127.0.0.1.acme.example' }],
      [{ ...acme, name: 'Acme/..' }],
      [{ ...acme, scopes: 'email' }],
      [{ ...acme, clientsecret: 'hush' }],
      [acme, { ...acme, issuer: 'https://other.example' }],
      [acme, { ...acme, name: 'other' }],
    ])
      expect(() => load(...wrong)).toThrow(/OIDC_PROVIDERS(?![^]*hush)/);
    expect(() => loadSettings({ ...complete, OIDC_PROVIDERS: '[{' })).toThrow('OIDC_PROVIDERS: a list in JSON');
    expect(() => load({ ...acme, clientId: 7 })).toThrow('OIDC_PROVIDERS.0.clientId');
    expect(() => loadSettings({ ...complete, OIDC_RETURN_URL: 'javascript:alert(1)' })).toThrow(/OIDC_RETURN_URL/);
  });

  it('reads a secret from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret');
    writeFileSync(file, `${'f'.repeat(40)}\n`);
    expect(loadSettings({ ...complete, APP_SECRET: '', APP_SECRET_FILE: file }).APP_SECRET).toBe('f'.repeat(40));
    expect(() => loadSettings({ ...complete, APP_SECRET: '', APP_SECRET_FILE: '/no/such' })).toThrow(/APP_SECRET_FILE/);
  });
});
