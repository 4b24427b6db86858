import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Started a program that ran at some time: its pid alone may belong to another one by now
 * @property {number} pid
 * @property {string} startTime
 */

let bootId;
function currentBoot() {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}

/**
 * When a living process started, in a form that no other process ever has; null when there is none. A zombie counts as
 * dead: in a container whose first process doesn't reap, orphans stay zombies for ever.
 * @param {number} pid
 * @returns {string | null}
 */
export function startTimeOf(pid) {
  if (process.platform !== 'linux') return startTimeFromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : `${currentBoot()}/${fields[18]}`;
  } catch {
    return null;
  }
}

function startTimeFromPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** @param {Started} started */
export function isAlive({ pid, startTime }) {
  return startTime !== null && startTimeOf(pid) === startTime;
}

/**
 * Ends a process that is not our child, and its group, with one signal after the other until it is gone.
 * @param {Started} started
 * @param {NodeJS.Signals[]} signals each gets `patienceMs`
 */
export async function endStranger(started, signals, patienceMs = 4000) {
  if (!isAlive(started)) return;
  for (const signal of signals) {
    if (!isAlive(started)) break;
    signalTo(started.pid, signal);
    for (let waited = 0; waited < patienceMs && isAlive(started); waited += 50) await sleep(50);
  }
  signalTo(-started.pid, 'SIGKILL');
}

/** A process that has ended in the meantime is not an error. A negative pid is a process group. */
export function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
