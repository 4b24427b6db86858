import { fork } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { root } from '../supervisor/paths.mjs';
import { MEMORY_OPTIONS } from '../supervisor/plan.mjs';
import { anyFreePort } from '../supervisor/ports.mjs';
import { startProgram, stopProgram } from './processes.mjs';
import { startSmtpSink } from './smtp-sink.mjs';

const BUYERS = 200;
const servicesProgram = join(root, 'tools/supervisor/test-services.mjs');
const shelf = process.getuid?.() === 0 ? '/var/tmp' : (process.env.TMPDIR ?? '/tmp');

/**
 * One durable PostgreSQL with a database for the product and one for the yardstick, both with the same amount of data,
 * and the means to start either server on it.
 * @param {Record<string, string>} [more] settings of the product that differ from the bench's own
 */
export async function setStage(more = {}) {
  const folder = join(shelf, `countinghouse-test-bench-${randomBytes(4).toString('hex')}`);
  const services = fork(servicesProgram, [folder, 'durable'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const [known] = await once(services, 'message');
  const logs = mkdtempSync(join(shelf, 'countinghouse-bench-logs-'));
  const smtp = await startSmtpSink();
  const [port, gatewayPort, yardstickPort] = [await anyFreePort(), await anyFreePort(), await anyFreePort()];
  const database = (name) => known.adminUrl.replace(/\/postgres$/, `/${name}`);
  await inDatabase(known.adminUrl, 'CREATE DATABASE product; ', 'CREATE DATABASE yardstick');
  const secret = randomBytes(32).toString('base64url');
  const settings = {
    NODE_OPTIONS: MEMORY_OPTIONS,
    PORT: String(port),
    DATABASE_URL: database('product'),
    SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    JWT_KEYS_DIR: known.keys,
    APP_SECRET: secret,
    ENCRYPTION_KEYS: `bench:${secret}`,
    SANDBOX_GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`,
    SANDBOX_WEBHOOK_SECRET: secret,
    RATE_LIMIT_DEFAULT: '1000000/1',
    SANDBOX_GATEWAY_PORT: String(gatewayPort),
    SANDBOX_GATEWAY_STORE: join(folder, 'gateway.sqlite'),
    SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${port}/api/v1/webhooks/payments/sandbox`,
    ...more,
  };
  const key = signingKey(known.keys);
  const publicKey = join(logs, 'public.pem');
  writeFileSync(publicKey, createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }));
  const run = (name, entry, env = settings) => startProgram(join(root, entry), env, join(logs, `${name}.log`));
  const yardstickEnv = { DATABASE_URL: database('yardstick'), PORT: String(yardstickPort), JWT_PUBLIC_KEY: publicKey };
  await finish('migrate', 'dist/apps/api/src/migrate.js', settings);
  await inDatabase(settings.DATABASE_URL, readFileSync(join(root, 'tools/bench/seed.sql'), 'utf8'));
  // Kept: a new connection for each look at what has been done costs PostgreSQL 20 ms, and would count as the product's.
  const observer = new pg.Client({ connectionString: settings.DATABASE_URL });
  await observer.connect();
  await finish('yardstick', 'tools/bench/yardstick/raw.mjs', yardstickEnv, '--prepare');
  return {
    postgresPid: Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]),
    settings,
    logs,
    buyers: Array.from({ length: BUYERS }, (_, n) => user(n + 1, key, 'customer')),
    support: user(BUYERS + 1, key, 'support'),
    api: { origin: `http://127.0.0.1:${port}`, start: () => run('api', 'dist/apps/api/src/main.js') },
    worker: { start: () => run('worker', 'dist/apps/worker/src/main.js') },
    gateway: { start: () => run('gateway', 'dist/apps/sandbox-gateway/src/main.js') },
    yardstick: {
      origin: `http://127.0.0.1:${yardstickPort}`,
      start: () => run('yardstick', 'tools/bench/yardstick/serve.mjs', yardstickEnv),
    },
    sql: async (text) => (await observer.query(text)).rows,
    /** Has the planner look again at what has rows: plans that are made for a table known to be empty read all of it. */
    async analyze() {
      await analyzeFilled(settings.DATABASE_URL);
      await analyzeFilled(yardstickEnv.DATABASE_URL);
    },
    async clear() {
      smtp.close();
      await observer.end();
      await stopProgram(services);
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

async function finish(name, entry, env, ...args) {
  const child = fork(join(root, entry), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
}

/** Runs statements, each on its own. @returns the rows of the last */
async function inDatabase(url, ...statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let result;
    for (const statement of statements) result = await client.query(statement);
    return result.rows;
  } finally {
    await client.end();
  }
}

async function analyzeFilled(url) {
  const filled = await inDatabase(
    url,
    `SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables WHERE n_live_tup > 0`,
  );
  await inDatabase(url, `ANALYZE ${filled.map(({ name }) => name).join(', ')}`);
}

function signingKey(folder) {
  const [file] = readdirSync(folder);
  return { kid: file.replace('.pem', ''), privateKey: createPrivateKey(readFileSync(join(folder, file))) };
}

/** A user whom both servers know, with a token that both accept. */
function user(n, { kid, privateKey }, role) {
  const id = `01900000-0001-7000-8000-${String(n).padStart(12, '0')}`;
  const token = jwt.sign({ sid: id, roles: [role] }, privateKey, {
    algorithm: 'RS256',
    header: { alg: 'RS256', kid, typ: 'at+jwt' },
    subject: id,
    issuer: 'countinghouse',
    audience: 'countinghouse-api',
    expiresIn: '1h',
  });
  return { id, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
}
