/**
 * What the tests need around them: a throw-away PostgreSQL, a mailbox, a signing key. A process of its own, whose only
 * life line is the IPC channel to Jest: when Jest ends, even by SIGKILL, this clears everything away.
 * Usage: fork it with the folder to work in, which it makes and removes.
 */
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endServerOn, ensureCluster, serverProgram, untilAccepting } from '../postgres/cluster.mjs';
import { makeOwnFolder } from '../postgres/outside-folder.mjs';
import { findServerHome } from '../postgres/server-home.mjs';
import { main } from './main.mjs';
import { root } from './paths.mjs';
import { superviseAt } from './pid-file.mjs';
import { anyFreePort } from './ports.mjs';
import { ensureSigningKey, newSecret } from './secrets.mjs';
import { readyMessage, Service } from './service.mjs';

const FAST = { shared_buffers: '128MB', max_connections: '200', random_page_cost: '1.1', max_wal_size: '2GB' };
/** `npm run bench` asks when an event was committed. */
const DURABLE = { ...FAST, track_commit_timestamp: 'on' };
/** Nobody misses a test's data after a power cut. */
const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

const [folder, durability] = process.argv.slice(2);

await main(async (stop) => {
  stop.undo(() => rmSync(folder, { recursive: true, force: true }));
  makeOwnFolder(folder);
  stop.undo(endServersOfTests);
  await superviseAt(join(folder, 'keeper.json'));
  const keys = join(folder, 'keys');
  const [adminUrl, mailbox] = await Promise.all([startPostgres(stop), startMailbox(stop), ensureSigningKey(keys)]);
  process.send({ ready: true, folder, adminUrl, keys, ...mailbox });
  await stop.untilAsked();
  return 0;
});

/** A test that fails while it sets itself up leaves its own PostgreSQL (test/support/own-postgres.ts) running. */
async function endServersOfTests() {
  for (const data of globSync(join(folder, 'own-*/data'))) await endServerOn(data);
}

async function startPostgres(stop) {
  const home = await findServerHome();
  const password = newSecret();
  const data = join(folder, 'data');
  await ensureCluster(data, home, password);
  const port = await anyFreePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const settings = durability === 'durable' ? DURABLE : { ...FAST, ...FORGETFUL };
  const service = new Service({
    name: 'postgres',
    ...serverProgram(data, home, port, settings),
    endsWithinMs: 3000,
    talks: false,
    untilReady: (server) => untilAccepting(url, server),
    logPath: join(folder, 'postgres.log'),
  });
  stop.undo(() => service.stop());
  await service.start();
  return url;
}

async function startMailbox(stop) {
  const mails = join(folder, 'mail');
  mkdirSync(mails, { mode: 0o700 });
  let ports;
  const service = new Service({
    name: 'mailbox',
    command: process.execPath,
    args: [join(root, 'tools/supervisor/mailbox.mjs'), '0', '0', mails],
    options: { cwd: root },
    endsWithinMs: 1000,
    untilReady: async (child) => (ports = await readyMessage(child)),
    logPath: join(folder, 'mailbox.log'),
  });
  stop.undo(() => service.stop());
  await service.start();
  return { smtpUrl: `smtp://127.0.0.1:${ports.smtpPort}`, mailboxUrl: `http://127.0.0.1:${ports.webPort}` };
}
