import { setTimeout as sleep } from 'node:timers/promises';
import { closeSpawning, endTasks } from './children.mjs';
import { report, say, StopRequested } from './problem.mjs';

/** Terminal and npm both pass a Ctrl-C on: what comes within this time is one wish, not two. */
const SAME_WISH_MS = 500;

/**
 * @typedef {object} Stop
 * @property {() => Promise<string>} untilAsked everything is done but to wait: being stopped is now the good end
 * @property {AbortSignal} hurry somebody pressed Ctrl-C again
 * @property {(child: import('node:child_process').ChildProcess) => void} passTo from now on signals are this child's affair
 * @property {(step: () => Promise<void> | void) => void} undo runs at the end, the last one first
 */

/**
 * The frame of every command in tools/: whatever happens (success, failure, a signal at any moment) nothing is left
 * running, a failure is one sentence, and the exit code tells.
 * @param {(stop: Stop) => Promise<number>} work returns the exit code
 */
export async function main(work) {
  /** @type {Array<() => Promise<void> | void>} */
  const undoSteps = [];
  const { requested, ...signals } = listen();
  let isAtRest = false;
  const untilAsked = () => {
    isAtRest = true;
    return requested;
  };
  const interrupted = requested.then((signal) => {
    if (!isAtRest) throw new StopRequested(signal);
    say(`Stopping (${signal})…`);
    return 0;
  });
  const stop = { ...signals, untilAsked, undo: (step) => undoSteps.push(step) };
  const exitCode = await Promise.race([work(stop), interrupted]).catch(report);
  closeSpawning();
  await endTasks();
  for (const step of undoSteps.reverse()) await Promise.resolve().then(step).catch(report);
  process.exit(exitCode);
}

function listen() {
  const hurry = new AbortController();
  let requested = (/** @type {string} */ _signal) => {};
  const promise = new Promise((resolve) => (requested = resolve));
  let child;
  let lastSignalAt = 0;
  const onSignal = (signal) => {
    const again = lastSignalAt > 0 && Date.now() - lastSignalAt > SAME_WISH_MS;
    lastSignalAt = Date.now();
    if (child) return child.kill(signal);
    requested(signal);
    if (again) hurry.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  // Started by another Node of ours (see packages.mjs): when that one is killed, nobody is left to talk to.
  if (process.channel) process.once('disconnect', () => onSignal('the end of its launcher'));
  process.stdout.on('error', () => {}); // the reader has gone: no reason to leave things running
  process.stderr.on('error', () => {});
  return { requested: promise, hurry: hurry.signal, passTo: (other) => (child = other) };
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {AbortSignal} [hurry] ends the waiting at once
 * @returns {Promise<boolean>} whether it came in time
 */
export function within(promise, ms, hurry) {
  const patience = sleep(ms, false, { signal: hurry, ref: true }).catch(() => false);
  return Promise.race([promise.then(() => true), patience]);
}

/** @param {number} began */
export function saySeconds(what, began) {
  say(`${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
