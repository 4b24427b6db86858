import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { transformFileSync } from '@swc/core';

const folder = mkdtempSync(join(tmpdir(), 'sandbox-gateway-main-'));
const repository = join(__dirname, '../../..');
const spawned = new Set<ChildProcess>();
const good = {
  SANDBOX_GATEWAY_PORT: '0',
  SANDBOX_GATEWAY_STORE: join(folder, 'store/gateway.sqlite'),
  SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:9/nobody',
  SANDBOX_WEBHOOK_SECRET: 'a-secret-for-the-tests-only',
};

beforeAll(() => {
  mkdirSync(join(folder, 'js'));
  for (const name of readdirSync(__dirname).filter((file) => !file.endsWith('.spec.ts'))) {
    const { code } = transformFileSync(join(__dirname, name));
    writeFileSync(join(folder, 'js', name.replace('.ts', '.js')), code);
  }
});

afterAll(() => {
  for (const child of spawned) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function start(settings: Record<string, string>): ChildProcess {
  const env = { PATH: process.env.PATH, NODE_PATH: join(repository, 'node_modules'), ...settings };
  const stdio: ['ignore', 'pipe', 'pipe', 'ipc'] = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [join(folder, 'js/main.js')], { env, stdio });
  spawned.add(child);
  return child;
}

const read = (stream: Readable | null) => (stream ? text(stream) : '');

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; problem: string }> {
  const exited = once(child, 'exit');
  const [out, problem] = await Promise.all([read(child.stdout), read(child.stderr)]);
  const [code] = (await exited) as [number | null];
  return { code, out, problem };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, 'message')) as [{ ready: boolean; port: number }];
  expect(message.ready).toBe(true);
  return message.port;
}

async function charge(port: number, key: string, method: string): Promise<number> {
  const body = JSON.stringify({ amount: { amount: 5, currency: 'USD' }, method, reference: 'main' });
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return (await fetch(`http://127.0.0.1:${port}/charges`, { method: 'POST', headers, body })).status;
}

it('says where it listens, and ends on SIGTERM with 0 while calls hang', async () => {
  const child = start(good);
  const end = ended(child);
  const port = await portOf(child);
  const hanging = Promise.allSettled([charge(port, 'a', 'tok_down'), charge(port, 'b', 'tok_slow')]);
  expect(await charge(port, 'c', 'tok_ok')).toBe(201);
  const signalledAt = Date.now();
  child.kill('SIGTERM');
  const { code, out, problem } = await end;
  expect(Date.now() - signalledAt).toBeLessThan(15_000); // with the charges it would be 20 s, or never
  expect([code, problem]).toEqual([0, '']);
  const ready = { level: 'info', event: 'gateway.ready', url: `http://127.0.0.1:${port}` };
  expect(JSON.parse(out.split('\n')[0] ?? '')).toEqual(ready);
  expect((await hanging).map((call) => call.status)).toEqual(['rejected', 'rejected']);
});

it('keeps through SIGKILL what it answered', async () => {
  const first = start(good);
  const killed = ended(first);
  const port = await portOf(first);
  const charged = await Promise.all(Array.from({ length: 20 }, (_, index) => charge(port, `kill-${index}`, 'tok_ok')));
  expect(charged).toEqual(Array.from({ length: 20 }, () => 201));
  first.kill('SIGKILL');
  await killed;
  const second = start(good);
  const end = ended(second);
  const list = await fetch(`http://127.0.0.1:${await portOf(second)}/charges?reference=main`);
  const { data } = (await list.json()) as { data: { idempotencyKey: string }[] };
  expect(data.filter((found) => found.idempotencyKey.startsWith('kill-'))).toHaveLength(20);
  second.kill('SIGTERM');
  expect((await end).code).toBe(0);
});

it('says in one sentence why it cannot start', async () => {
  const running = start(good);
  const end = ended(running);
  const taken = { SANDBOX_GATEWAY_PORT: String(await portOf(running)) };
  const elsewhere = { SANDBOX_GATEWAY_STORE: join(folder, 'other.sqlite') };
  const [port, store, settings] = await Promise.all([
    ended(start({ ...good, ...elsewhere, ...taken })),
    ended(start(good)),
    ended(start({})),
  ]);
  running.kill('SIGTERM');
  await end;
  expect([port.code, store.code, settings.code]).toEqual([1, 1, 1]);
  expect(port.problem).toMatch(
    /^The sandbox gateway can't listen on 127\.0\.0\.1:\d+: another process does already\.\n$/,
  );
  expect(store.problem).toMatch(/^The sandbox gateway can't use its store .*: database is locked\.\n$/);
  expect(settings.problem.split('\n')).toHaveLength(5);
  expect([port.out, store.out, settings.out]).toEqual(['', '', '']);
}, 15_000);
