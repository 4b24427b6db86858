import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs';
import { continueUnderOwnNode, installPackages } from './packages.mjs';
import { superviseAt } from './pid-file.mjs';
import { paths, root } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * What every command needs before it can use a package: a folder to write in, the packages, and the right Node.
 * Nothing that this file imports may need a package.
 * @param {import('./main.mjs').Stop} stop
 * @returns {Promise<number | null>} the exit code when everything was done by another process
 */
export async function prepare(stop) {
  const installed = await installPackages();
  return continueUnderOwnNode(installed, stop);
}

/** @param {import('./main.mjs').Stop} stop */
export async function becomeSupervisor(stop) {
  const supervision = await superviseAt(paths.supervisor);
  stop.undo(supervision.release);
  return supervision;
}

/** Root's PostgreSQL runs as another user, who must get through `.data` to its own folder in it; nobody else sees more. */
export function openStateFolder() {
  for (const folder of [root, paths.state, paths.dist]) checkWritable(folder);
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) chmodSync(paths.state, 0o711);
  for (const folder of [paths.logs, paths.keys, paths.mail]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function checkWritable(folder) {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    const owner = process.getuid && found.uid !== process.getuid() ? ` (it belongs to user ${found.uid})` : '';
    throw new Problem(`This folder is read-only: ${folder}${owner}; make it writable, or clone into a folder of your own.`);
  }
}
