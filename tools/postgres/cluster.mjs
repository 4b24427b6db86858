import { existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runTask } from '../supervisor/children.mjs';
import { endStranger, startTimeOf } from '../supervisor/liveness.mjs';
import { lastLines, Problem, say } from '../supervisor/problem.mjs';
import { makeServerFolder } from './server-home.mjs';

/** @typedef {import('./server-home.mjs').ServerHome} ServerHome */

const ALWAYS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * A cluster in `folder`, made there if there is none, and free of a server that somebody's SIGKILL left on it.
 * @param {string} folder
 * @param {ServerHome} home
 * @param {string} adminPassword of the role postgres
 */
export async function ensureCluster(folder, home, adminPassword) {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return createCluster(folder, home, adminPassword);
  const owner = home.user?.uid ?? process.getuid?.();
  if (owner !== undefined && found.uid !== owner) {
    throw new Problem(
      `The database in ${folder} belongs to user ${found.uid}, but PostgreSQL would run as ${owner}: start as the user who started first, or remove that folder and lose its data.`,
    );
  }
  const major = readFileSync(`${folder}/PG_VERSION`, 'utf8').trim();
  if (major !== home.version.split('.')[0]) {
    throw new Problem(
      `The database in ${folder} was made by PostgreSQL ${major}, and this is ${home.version}: dump it with the old version, or remove that folder and lose its data.`,
    );
  }
  await endServerOn(folder);
}

/** Only a complete cluster gets the name `folder`, so a killed initdb is never taken for one. */
async function createCluster(folder, home, adminPassword) {
  const draft = `${folder}.new`;
  makeServerFolder(draft, home);
  const passwordFile = `${folder}.password`;
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, adminPassword, { mode: 0o600 });
  if (home.user) chownSync(passwordFile, home.user.uid, home.user.gid);
  const args = ['-D', draft, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  args.push('--locale-provider=builtin', '--locale=C.UTF-8');
  const { failure, output } = await runTask('initdb', home.initdb, args, { ...home.user, cwd: '/' });
  rmSync(passwordFile, { force: true });
  if (failure) throw new Problem(`initdb could not make a database (${failure}): see above.`, lastLines(output));
  renameSync(draft, folder);
}

/**
 * Ends the server that runs on a cluster. The pid file in it survives a SIGKILL of everything; its pid may be anybody's by now.
 * @param {string} folder
 */
export async function endServerOn(folder) {
  if (!existsSync(`${folder}/postmaster.pid`)) return;
  const pid = Number(readFileSync(`${folder}/postmaster.pid`, 'utf8').split('\n')[0]);
  const startTime = startTimeOf(pid);
  if (!startTime || !commandLine(pid).includes(folder)) return;
  say(`Ending a PostgreSQL server (${pid}) that was left running on ${folder}`);
  await endStranger({ pid, startTime }, ['SIGINT', 'SIGQUIT', 'SIGKILL']);
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // not Linux: PostgreSQL's own check of postmaster.pid has to do
  }
}

/**
 * glibc gives memory back to the kernel as soon as 128 kB of it are free, and a larger statement takes and gives them each time:
 * a dozen page faults, which cost more than the statement (placing an order: 450 and 200 µs). Each connection may keep this much;
 * blocks beyond the second limit are mapped and unmapped each time, as otherwise those of 128 kB.
 */
const KEPT_MEMORY = { MALLOC_TRIM_THRESHOLD_: String(4 * 1024 * 1024), MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

/**
 * How to run the server; its end signals ask for a fast end, then for one without a checkpoint.
 * @param {string} folder
 * @param {ServerHome} home
 * @param {number} port
 * @param {Record<string, string>} settings
 */
export function serverProgram(folder, home, port, settings) {
  const options = Object.entries({ ...ALWAYS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    command: home.postgres,
    args: ['-D', folder, '-p', String(port), ...options],
    options: { ...home.user, cwd: '/', env: { ...process.env, ...KEPT_MEMORY } },
    endSignals: /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGQUIT', 'SIGKILL']),
  };
}

/**
 * Waits until the server takes connections, which after a crash is when it has replayed its log. One that refuses our password
 * for so long is ours; before, it may be another clone's that was faster to take the port, and then ours ends.
 * @param {string} url
 * @param {import('node:child_process').ChildProcess} server nothing to wait for once it has ended
 */
export async function untilAccepting(url, server) {
  const mayBeAnothersUntil = Date.now() + ANOTHERS_MS;
  for (
    let pauseMs = 10;
    server.exitCode === null && server.signalCode === null;
    pauseMs = Math.min(pauseMs * 1.5, 500)
  ) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (error.code === '28P01' && Date.now() > mayBeAnothersUntil) throw new Problem(WRONG_PASSWORD);
      if (!WORTH_WAITING.includes(error.code)) throw error;
    }
    await sleep(pauseMs);
  }
}

const ANOTHERS_MS = 3000;
const WORTH_WAITING = ['28P01', '57P03', 'ECONNREFUSED', 'ECONNRESET'];
const WRONG_PASSWORD =
  'The passwords in .data/secrets.json are not those of the database: restore that file, or remove the folder .data and lose its data.';

/**
 * Makes the product's role and its own database, if they are not there.
 * @param {string} adminUrl
 * @param {string} name of both
 * @param {string} password
 */
export async function ensureDatabase(adminUrl, name, password) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    if (role.rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
  } finally {
    await client.end();
  }
}
