import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './settings';

const complete = {
  SANDBOX_GATEWAY_STORE: '/tmp/gateway.sqlite',
  SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:3000/webhooks',
  SANDBOX_WEBHOOK_SECRET: 'x'.repeat(24),
};

it('fills in what may be left out', () => {
  expect(readSettings(complete)).toEqual({
    host: '127.0.0.1',
    port: 3400,
    storePath: '/tmp/gateway.sqlite',
    webhookUrl: 'http://127.0.0.1:3000/webhooks',
    webhookSecret: 'x'.repeat(24),
    slowMs: 20_000,
    lostWebhookMs: 10_000,
    webhookDelayMs: 100,
  });
});

it('takes what is set', () => {
  const set = { SANDBOX_GATEWAY_PORT: '0', HOST: '0.0.0.0', SANDBOX_SLOW_MS: '5', SANDBOX_WEBHOOK_DELAY_MS: '0' };
  const read = readSettings({ ...complete, ...set });
  expect(read).toMatchObject({ port: 0, host: '0.0.0.0', slowMs: 5, webhookDelayMs: 0 });
});

it('names every problem at once', () => {
  const wrong = {
    HOST: '',
    SANDBOX_GATEWAY_PORT: '70000',
    SANDBOX_WEBHOOK_URL: 'ftp://example.test',
    SANDBOX_WEBHOOK_SECRET: 'short',
    SANDBOX_SLOW_MS: '1s',
    SANDBOX_LOST_WEBHOOK_MS: '',
  };
  expect(() => readSettings(wrong)).toThrow(
    `The sandbox gateway can't start with these settings:
  HOST must not be empty
  SANDBOX_GATEWAY_PORT must be at most 65535
  SANDBOX_GATEWAY_STORE is required
  SANDBOX_WEBHOOK_URL must be an http or https address
  SANDBOX_WEBHOOK_SECRET must have at least 24 characters
  SANDBOX_SLOW_MS must be a whole number
  SANDBOX_LOST_WEBHOOK_MS must be a whole number`,
  );
});

describe('a secret in a file', () => {
  const { SANDBOX_WEBHOOK_SECRET, ...others } = complete;
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'countinghouse-gateway-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read without its line end, and the setting itself comes first', () => {
    const SANDBOX_WEBHOOK_SECRET_FILE = join(folder, 'secret');
    writeFileSync(SANDBOX_WEBHOOK_SECRET_FILE, `${'f'.repeat(24)}\n`);
    expect(readSettings({ ...others, SANDBOX_WEBHOOK_SECRET_FILE }).webhookSecret).toBe('f'.repeat(24));
    expect(readSettings({ ...complete, SANDBOX_WEBHOOK_SECRET_FILE }).webhookSecret).toBe(SANDBOX_WEBHOOK_SECRET);
  });

  it('that is too short or not there stops the start', () => {
    const SANDBOX_WEBHOOK_SECRET_FILE = join(folder, 'short');
    writeFileSync(SANDBOX_WEBHOOK_SECRET_FILE, 'short');
    expect(() => readSettings({ ...others, SANDBOX_WEBHOOK_SECRET_FILE })).toThrow('at least 24 characters');
    const nowhere = { ...others, SANDBOX_WEBHOOK_SECRET_FILE: join(folder, 'nowhere') };
    expect(() => readSettings(nowhere)).toThrow(/SANDBOX_WEBHOOK_SECRET_FILE: cannot read/);
  });
});
