import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cloneHash } from '../supervisor/paths.mjs';
import { Problem } from '../supervisor/problem.mjs';

/** Where PostgreSQL's programs and data go when its user can't enter the clone, such as one in root's home. */
export const outsideFolder = join('/var/tmp', `countinghouse-${cloneHash}`);

/**
 * Copies PostgreSQL's programs to where every user can run them, once for each version.
 * @param {string} initdb the shipped one
 */
export function copyPrograms(initdb) {
  makeOwnFolder(outsideFolder);
  const native = dirname(dirname(initdb));
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(outsideFolder, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openForReading(draft);
    putInPlace(draft, copy);
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
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

/** /var/tmp is everybody's: a folder that somebody else put there under our name must not be trusted. */
function makeOwnFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid()) {
    throw new Problem(`${folder} belongs to somebody else: remove it, or clone into a folder that everybody can enter.`);
  }
  chmodSync(folder, 0o711);
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
