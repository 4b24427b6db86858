import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../supervisor/paths.mjs';
import { Problem } from '../supervisor/problem.mjs';

const EVERYBODYS = '/var/tmp';

/**
 * Where the data goes when PostgreSQL's user can't enter the clone, such as one in root's home. The password is part of
 * the name, so that a new clone at an old place doesn't find data that it can't open.
 * @param {string} adminPassword
 */
export function outsideDataFolder(adminPassword) {
  const name = createHash('sha256').update(`${root}\0${adminPassword}`).digest('hex').slice(0, 12);
  return join(EVERYBODYS, `countinghouse-${name}`, 'data');
}

/**
 * Copies PostgreSQL's programs to where every user can run them: 60 MB, once for each version, for all clones.
 * @param {string} initdb the shipped one
 */
export function copyPrograms(initdb) {
  const native = dirname(dirname(initdb));
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(EVERYBODYS, `countinghouse-postgresql-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openForReading(draft);
    putInPlace(draft, copy);
  }
  checkOwn(copy);
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres'), folder: copy };
}

/** Two starts at once may both have copied: either copy is good. */
function putInPlace(draft, copy) {
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

/** @param {string} folder that others may pass through, but neither list nor write */
export function makeOwnFolder(folder) {
  mkdirSync(folder, { recursive: true });
  checkOwn(folder);
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, 'made-for'), `${root}\n`); // whoever tidies up can see whose it is
}

/** A folder that somebody else put there under our name must not be trusted. */
function checkOwn(folder) {
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === process.getuid()) return;
  throw new Problem(`${folder} belongs to somebody else: remove it, or clone into a folder that everybody can enter.`);
}

/** The modes in node_modules follow the umask of whoever installed it. */
function openForReading(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForReading(path);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
