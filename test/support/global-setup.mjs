import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { buildIfChanged } from '../../tools/build.mjs';
import { runTask } from '../../tools/supervisor/children.mjs';
import { readClaim } from '../../tools/supervisor/claim.mjs';
import { isAlive } from '../../tools/supervisor/liveness.mjs';
import { root } from '../../tools/supervisor/paths.mjs';
import { endLeftovers } from '../../tools/supervisor/pid-file.mjs';
import { newSecret } from '../../tools/supervisor/secrets.mjs';

const TEMPLATE = 'countinghouse_template';
const PREFIX = 'countinghouse-test-';
/** Root's PostgreSQL runs as another user, who must get in; the folder of TMPDIR may be private. */
const shelf = process.getuid?.() === 0 ? '/var/tmp' : tmpdir();
const servicesProgram = fileURLToPath(new URL('../../tools/supervisor/test-services.mjs', import.meta.url));

/** Jest calls this once before the e2e specs; what the workers need to know is in `process.env`. */
export default async function globalSetup() {
  await buildIfChanged();
  await clearAbandoned();
  const { services, known } = await startServices();
  globalThis.testServices = services; // for global-teardown.mjs
  const settings = {
    TEST_LOG_DIR: makeLogFolder(),
    TEST_POSTGRES_URL: known.adminUrl,
    TEST_SERVICES_DIR: known.folder,
    TEST_TEMPLATE: TEMPLATE,
    TEST_KEYS_DIR: known.keys,
    TEST_SMTP_URL: known.smtpUrl,
    TEST_MAILBOX_URL: known.mailboxUrl,
  };
  Object.assign(process.env, settings);
  await makeTemplate(known);
}

/** The logs of all processes of the run: global-teardown.mjs reads them. */
function makeLogFolder() {
  return mkdtempSync(join(tmpdir(), 'countinghouse-test-logs-'));
}

async function startServices() {
  const folder = join(shelf, PREFIX + randomBytes(4).toString('hex'));
  const args = [folder, process.env.TEST_POSTGRES_DURABLE === 'true' ? 'durable' : 'forgetful'];
  const services = fork(servicesProgram, args, {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const known = await new Promise((resolve, reject) => {
    services.once('message', resolve);
    services.once('exit', () => reject(new Error('The services for the tests did not start: see above.')));
  });
  services.unref();
  services.channel.unref();
  return { services, known };
}

/** Every spec file gets a copy of this database; nobody may be connected to it while it is copied. */
async function makeTemplate({ adminUrl, keys, smtpUrl }) {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate({
    DATABASE_URL: adminUrl.replace(/\/postgres$/, `/${TEMPLATE}`),
    JWT_KEYS_DIR: keys,
    SMTP_URL: smtpUrl,
    APP_SECRET: newSecret(),
    ENCRYPTION_KEYS: `tests:${newSecret()}`,
    SANDBOX_GATEWAY_URL: 'http://127.0.0.1:9',
    SANDBOX_WEBHOOK_SECRET: newSecret(),
  });
  await admin.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  await admin.end();
}

async function migrate(settings) {
  const env = { ...process.env, NODE_OPTIONS: '', ...settings };
  const args = [join(root, 'dist/apps/api/src/migrate.js'), '--demo-data'];
  const { failure, output } = await runTask('migrate', process.execPath, args, { cwd: root, env });
  if (failure) throw new Error(`The migrations failed (${failure}):\n${output}`);
}

/** A test run whose services were killed too has left its folder, and perhaps its PostgreSQL. */
async function clearAbandoned() {
  for (const name of readdirSync(shelf).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(shelf, name);
    const keeper = readClaim(join(folder, 'keeper.json'));
    if (!keeper || isAlive(keeper) || statSync(folder).uid !== process.getuid?.()) continue;
    await endLeftovers(keeper.children);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
