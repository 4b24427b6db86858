import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { release } from './claim.mjs';
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
  stop.undo(() => release(paths.supervisor));
  return superviseAt(paths.supervisor);
}

/** Root's PostgreSQL runs as another user, who must get through `.data` to its own folder in it; nobody else sees more. */
export function openStateFolder() {
  checkOwner(paths.state);
  for (const folder of [root, paths.state, paths.dist]) checkWritable(folder);
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  if (isRoot()) chmodSync(paths.state, 0o711);
  for (const folder of [paths.logs, paths.keys, paths.mail]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    checkWritable(folder);
  }
}

const isRoot = () => process.getuid?.() === 0;

/** Two users in turn would lock each other out, file by file. */
function checkOwner(folder) {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || !process.getuid || owner === process.getuid()) return;
  throw new Problem(
    `${folder} belongs to user ${owner}, who started here first: start as that user, or remove it and lose its data.`,
  );
}

function checkWritable(folder) {
  if (!existsSync(folder)) return;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Problem(`This folder is read-only: ${folder}; make it writable, or clone into a folder of your own.`);
  }
}
