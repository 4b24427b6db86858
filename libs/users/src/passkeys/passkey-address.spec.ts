import { Config, loadSettings } from '@platform/config';
import { PasskeyAddress } from './passkey-address';

const REQUIRED = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/db',
  SMTP_URL: 'smtp://127.0.0.1:25',
  JWT_KEYS_DIR: '/keys',
  APP_SECRET: 's'.repeat(32),
  ENCRYPTION_KEYS: `k1:${'k'.repeat(42)}A`,
  SANDBOX_GATEWAY_URL: 'http://127.0.0.1:3400',
  SANDBOX_WEBHOOK_SECRET: 'w'.repeat(32),
};

describe('PasskeyAddress', () => {
  const of = (settings: Record<string, string>) => {
    const { rpId, origins } = new PasskeyAddress(new Config(loadSettings({ ...REQUIRED, ...settings })));
    return [rpId, origins];
  };

  it('is that of the API, and localhost in place of an IP address', () => {
    expect(of({})).toEqual(['localhost', ['http://localhost:3000']]);
    expect(of({ PUBLIC_URL: 'http://[::1]:8080/' })).toEqual(['localhost', ['http://localhost:8080']]);
    expect(of({ PUBLIC_URL: 'https://shop.example' })).toEqual(['shop.example', ['https://shop.example']]);
  });

  it('is what the settings say', () => {
    const settings = { PASSKEY_RP_ID: 'shop.example', PASSKEY_ORIGINS: 'https://shop.example, https://m.shop.example' };
    expect(of(settings)).toEqual(['shop.example', ['https://shop.example', 'https://m.shop.example']]);
  });
});
