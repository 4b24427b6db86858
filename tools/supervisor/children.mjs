import { spawn } from 'node:child_process';
import { signalTo, startTimeOf } from './liveness.mjs';
import { StopRequested } from './problem.mjs';

/**
 * @typedef {object} ChildRecord what the pid file keeps, so that the next start can end what a SIGKILL left behind
 * @property {string} name
 * @property {number} pid
 * @property {string | null} startTime
 * @property {NodeJS.Signals[]} endSignals in this order, the last one can't be ignored
 */

/** @type {Map<import('node:child_process').ChildProcess, ChildRecord>} */
const living = new Map();
const tasks = new Set();
let writeRecords = (/** @type {ChildRecord[]} */ _records) => {};
let closed = false;

/** From now on every change of what runs is written down. */
export function recordChildren(write) {
  writeRecords = write;
  write([...living.values()]);
}

/** Nothing is spawned any more: whatever is still under way in this process fails at its next step. */
export function closeSpawning() {
  closed = true;
}

/**
 * Starts a program in a process group of its own, so that a Ctrl-C reaches only us and we decide the order of ends.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {NodeJS.Signals[]} endSignals
 */
export function spawnChild(name, command, args, options, endSignals = ['SIGTERM', 'SIGKILL']) {
  if (closed) throw new StopRequested('SIGTERM');
  const child = spawn(command, args, { ...options, detached: true });
  child.on('error', () => {}); // said by `ended`
  if (child.pid === undefined) return child;
  const { pid } = child;
  living.set(child, { name, pid, startTime: startTimeOf(pid), endSignals });
  writeRecords([...living.values()]);
  child.once('exit', () => {
    signalTo(-pid, 'SIGKILL'); // what it may have left in its group
    living.delete(child);
    try {
      writeRecords([...living.values()]);
    } catch {
      // a full disk, say: the next start finds a record of somebody who is gone, and sees that
    }
  });
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string | null>} null after a good end, else how it ended, in words
 */
export function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null);
      else resolve(signal ? `was ended by ${signal}` : `exit code ${code}`);
    });
  });
}

/**
 * Runs a program to its end.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options] stdio is ours unless it is given
 * @returns {Promise<{ failure: string | null, output: string }>}
 */
export async function runTask(name, command, args, options = {}) {
  const child = spawnChild(name, command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  tasks.add(child);
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-200_000));
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  const failure = await ended(child);
  tasks.delete(child);
  return { failure, output };
}

/** Ends what `runTask` has under way. */
export async function endTasks(patienceMs = 2000) {
  await Promise.all(
    [...tasks].map(async (task) => {
      const end = ended(task);
      signalTo(-task.pid, 'SIGTERM');
      const timer = setTimeout(() => signalTo(-task.pid, 'SIGKILL'), patienceMs);
      await end;
      clearTimeout(timer);
    }),
  );
}
