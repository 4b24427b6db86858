import { isGiven, readEnvironment } from './environment.mjs';
import { paths } from './paths.mjs';
import { choosePorts } from './ports.mjs';
import { ensureSigningKey, loadSecrets } from './secrets.mjs';

/** The embedded default is for trying things out, also with a load generator. */
const GENEROUS_LIMITS = { RATE_LIMIT_DEFAULT: '60000/60', RATE_LIMIT_AUTH: '1000/60', RATE_LIMIT_REGISTER: '10000/60' };

/**
 * For our own programs, unless NODE_OPTIONS is given: V8 would let 64 MB of young garbage pile up on a machine with memory, which
 * costs the memory and buys nothing that can be measured.
 */
export const MEMORY_OPTIONS = '--max-semi-space-size=16';

/**
 * @typedef {object} Plan what this start runs itself, and what it was told to use instead
 * @property {Record<string, string>} given
 * @property {Record<string, number>} ports by name of the setting
 * @property {ReturnType<typeof loadSecrets>} secrets
 * @property {{ postgres: boolean, mailbox: boolean, gateway: boolean }} embedded
 * @property {boolean} demoData
 * @property {string} address of the API, for a browser on this machine
 */

/** @returns {Promise<Plan>} */
export async function makePlan() {
  const given = readEnvironment();
  const embedded = {
    postgres: !isGiven(given, 'DATABASE_URL'),
    mailbox: !isGiven(given, 'SMTP_URL'),
    gateway: !isGiven(given, 'SANDBOX_GATEWAY_URL') && (given.PAYMENT_PROVIDER ?? 'sandbox') === 'sandbox',
  };
  const ports = await choosePorts(given, wantedPorts(given, embedded));
  if (!isGiven(given, 'JWT_KEYS_DIR')) await ensureSigningKey(paths.keys);
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(given.HOST ?? '127.0.0.1') ? 'localhost' : given.HOST;
  return {
    given,
    ports,
    secrets: loadSecrets(),
    embedded,
    demoData: given.DEMO_DATA ? given.DEMO_DATA === 'true' : embedded.postgres,
    address: `http://${host}:${ports.PORT}`,
  };
}

function wantedPorts(given, embedded) {
  return [
    { name: 'PORT', preset: 3000, user: 'the API', host: given.HOST },
    { name: 'WORKER_PORT', preset: 3001, user: "the worker's metrics", host: given.WORKER_HOST },
    ...(embedded.postgres ? [{ name: 'POSTGRES_PORT', preset: 5433, user: 'PostgreSQL' }] : []),
    ...(embedded.mailbox
      ? [
          { name: 'MAILBOX_WEB_PORT', preset: 1080, user: "the mailbox's page" },
          { name: 'MAILBOX_SMTP_PORT', preset: 1025, user: "the mailbox's SMTP" },
        ]
      : []),
    ...(embedded.gateway ? [{ name: 'SANDBOX_GATEWAY_PORT', preset: 3400, user: 'the sandbox gateway' }] : []),
  ];
}

/**
 * The environment of our own programs: what we fill in, under what was given.
 * @param {Plan} plan
 * @returns {Record<string, string>}
 */
export function childEnvironment({ given, ports, secrets, embedded }) {
  const filled = {
    PORT: String(ports.PORT),
    ...(ports.WORKER_PORT && { WORKER_PORT: String(ports.WORKER_PORT) }),
    HOST: '127.0.0.1',
    NODE_OPTIONS: MEMORY_OPTIONS,
    NODE_COMPILE_CACHE: paths.compileCache, // what Node keeps of our files: a third of the work of a start
    APP_SECRET: secrets.appSecret,
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    JWT_KEYS_DIR: paths.keys,
    SHUTDOWN_TIMEOUT: '3s', // of the ten seconds in which everything has to end
    ...(embedded.postgres && { DATABASE_URL: databaseUrl({ ports, secrets }), ...GENEROUS_LIMITS }),
    ...(embedded.mailbox && { SMTP_URL: `smtp://127.0.0.1:${ports.MAILBOX_SMTP_PORT}` }),
    ...((embedded.gateway || isGiven(given, 'SANDBOX_GATEWAY_URL')) && {
      SANDBOX_WEBHOOK_SECRET: secrets.webhookSecret,
    }),
    ...(embedded.gateway && {
      SANDBOX_GATEWAY_URL: `http://127.0.0.1:${ports.SANDBOX_GATEWAY_PORT}`,
      SANDBOX_GATEWAY_PORT: String(ports.SANDBOX_GATEWAY_PORT),
      SANDBOX_GATEWAY_STORE: paths.gatewayStore,
      SANDBOX_WEBHOOK_URL: `${innerAddress({ given, ports })}/api/v1/webhooks/payments/sandbox`,
    }),
  };
  for (const name of Object.keys(filled)) if (isGiven(given, name)) delete filled[name];
  return { ...filled, ...given };
}

/**
 * Where our own programs reach the API: 127.0.0.1 unless it listens elsewhere.
 * @param {Pick<Plan, 'given' | 'ports'>} plan
 */
export function innerAddress({ given, ports }) {
  const host = ['0.0.0.0', '::'].includes(given.HOST) ? '127.0.0.1' : (given.HOST ?? '127.0.0.1');
  return `http://${host.includes(':') ? `[${host}]` : host}:${ports.PORT}`;
}

/** @param {Pick<Plan, 'ports' | 'secrets'>} plan */
export function databaseUrl({ ports, secrets }) {
  return `postgres://countinghouse:${secrets.databasePassword}@127.0.0.1:${ports.POSTGRES_PORT}/countinghouse`;
}

/** @param {Pick<Plan, 'ports' | 'secrets'>} plan */
export function adminUrl({ ports, secrets }) {
  return `postgres://postgres:${secrets.databaseAdminPassword}@127.0.0.1:${ports.POSTGRES_PORT}/postgres`;
}
