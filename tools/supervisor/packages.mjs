import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ended, runTask } from './children.mjs';
import { readClaim, withLock } from './claim.mjs';
import { isAlive } from './liveness.mjs';
import { saySeconds } from './main.mjs';
import { paths, root } from './paths.mjs';
import { lastLines, Problem, say } from './problem.mjs';

/** Set for the process that continues under the Node of node_modules, so that it never hands over again. */
const HANDED_OVER = 'COUNTINGHOUSE_HANDED_OVER';

/**
 * Runs `npm ci` if node_modules isn't what the lock file says.
 * @returns {Promise<boolean>} whether it ran
 */
export async function installPackages() {
  if (packagesAreFresh()) return false;
  refuseLink();
  return withLock(paths.installLock, 'another installation', async () => {
    if (packagesAreFresh()) return false;
    const running = readClaim(paths.supervisor);
    if (running && running.pid !== process.pid && isAlive(running)) {
      throw new Problem(`The packages must be installed anew: first stop what runs as process ${running.pid}.`);
    }
    const isFirst = !existsSync(paths.modules);
    say(`Installing packages (${isFirst ? 'first time' : 'they are not those of the lock file'}, about a minute)…`);
    await runNpm();
    return true;
  });
}

/** `npm ci` empties the folder first, and a link's folder belongs to somebody else. */
function refuseLink() {
  if (!lstatSync(paths.modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Problem(
    `node_modules is a symbolic link, and \`npm ci\` would empty the folder that it leads to: remove the link and try again.`,
  );
}

async function runNpm() {
  const began = Date.now();
  const { failure, output } = await runTask('npm ci', 'npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  if (failure?.includes('ENOENT')) throw new Problem('npm was not found: install it (it comes with Node).');
  if (failure) {
    throw new Problem(`\`npm ci\` failed (${failure}): repair what it says above and try again.`, npmErrors(output));
  }
  saySeconds('Packages are installed', began);
}

/** npm says first what is wrong, and then how all its options are called. */
function npmErrors(output) {
  const errors = output.split('\n').filter((line) => /^npm error \S/.test(line));
  return errors.length > 0 ? errors.slice(0, 12) : lastLines(output);
}

/**
 * Compares npm's own record of what it installed with the lock file, entry by entry: times of files say nothing after
 * a `git checkout`, and npm writes its record only when everything is there.
 */
function packagesAreFresh() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(paths.modules, '.package-lock.json'));
  if (!wanted || !installed) return false;
  const same = ([path, { version, optional }]) =>
    path === '' || installed[path]?.version === version || (optional && !installed[path]);
  return Object.entries(wanted).every(same) && Object.keys(installed).every((path) => wanted[path]);
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Everything of ours runs under the one Node version of the lock file. When we aren't, because somebody runs `node
 * tools/start.mjs` or node_modules is new, the same command goes on in a child under that Node.
 * @param {boolean} justInstalled
 * @param {import('./main.mjs').Stop} stop
 * @returns {Promise<number | null>} the child's exit code; null when we are under the right Node already
 */
export async function continueUnderOwnNode(justInstalled, stop) {
  if (process.env[HANDED_OVER]) {
    delete process.env[HANDED_OVER]; // not for our children
    return null;
  }
  if (!existsSync(paths.node)) throw new Problem(NO_NODE);
  if (!justInstalled && realpathSync(paths.node) === realpathSync(process.execPath)) return null;
  const env = { ...process.env, [HANDED_OVER]: '1' };
  const child = spawn(paths.node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  stop.passTo(child);
  const failure = await ended(child);
  if (child.exitCode === null && child.signalCode === null) throw new Problem(`${NO_NODE} (${failure})`);
  return child.exitCode ?? 137;
}

const NO_NODE =
  'node_modules has no working Node, as after an install without scripts: run `npm ci --ignore-scripts=false` and try again.';
