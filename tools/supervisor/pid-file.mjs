import { claim, readClaim, writeWhole } from './claim.mjs';
import { recordChildren } from './children.mjs';
import { endStranger, isAlive } from './liveness.mjs';
import { Problem, say } from './problem.mjs';

/**
 * Makes this process the only supervisor of `path`, ends what a killed one left running, and keeps the file up to date
 * with all that runs.
 * @param {string} path
 * @param {object} [contents]
 * @returns {Promise<{ note: (more: object) => void }>}
 */
export async function superviseAt(path, contents = {}) {
  // Under our own older Node (see packages.mjs) the claim is its parent's: the same start, so it is handed over.
  const { holder, left } = await claim(path, contents, process.ppid);
  if (holder) throw new Problem(alreadyRunning(holder));
  let known = readClaim(path);
  await endLeftovers(left?.children ?? []);
  const write = () => writeWhole(path, JSON.stringify(known));
  recordChildren((children) => {
    known = { ...known, children };
    write();
  });
  return {
    note: (more) => {
      known = { ...known, ...more };
      write();
    },
  };
}

/** @param {import('./children.mjs').ChildRecord[]} children in the order in which they were started */
export async function endLeftovers(children) {
  const orphans = children.filter(isAlive).reverse();
  if (orphans.length === 0) return;
  say(`Ending what a killed start left running: ${orphans.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`);
  // The database last, so that the others can still finish what they are writing.
  for (const orphan of orphans.sort((a, b) => Number(a.name === 'postgres') - Number(b.name === 'postgres'))) {
    await endStranger(orphan, orphan.endSignals).catch(() => {
      throw new Problem(
        `Process ${orphan.pid} (${orphan.name}) of an earlier start belongs to another user: end it first.`,
      );
    });
  }
}

/** @param {{ pid: number, address?: string }} holder */
export function alreadyRunning({ pid, address }) {
  const where = address ? ` and answers at ${address}` : '';
  return `Countinghouse already runs from this folder as process ${pid}${where}: use it, or stop it with \`kill ${pid}\`.`;
}
