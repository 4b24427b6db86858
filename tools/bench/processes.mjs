import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // of /proc/<pid>/stat, on every Linux that Node runs on

/**
 * Starts a program and waits until it says that it is ready (by IPC, or by its first line).
 * @param {string} entry
 * @param {Record<string, string>} env
 * @param {string} log its output goes there
 */
export async function startProgram(entry, env, log) {
  const out = openSync(log, 'w');
  const began = performance.now();
  const child = fork(entry, { env: { ...process.env, ...env }, stdio: ['ignore', out, out, 'ipc'], execArgv: [] });
  const ready = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${entry} ended: see ${log}`))),
  ]);
  return { child, pid: child.pid, readyMs: Math.round(performance.now() - began), said: ready[0] };
}

/** @param {import('node:child_process').ChildProcess} child */
export async function stopProgram(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** CPU seconds that a process and all that descend from it have used, user and system. @param {number} pid */
export function cpuSeconds(pid) {
  const own = statOf(pid);
  if (!own) return 0;
  // Children that have ended are in their parent's own count (fields 16 and 17).
  const ticks = Number(own[13]) + Number(own[14]) + Number(own[15]) + Number(own[16]);
  return ticks / TICKS_PER_SECOND + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
}

/** Resident memory in MiB. @param {number} pid */
export function residentMiB(pid) {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(found?.[1] ?? 0) / 1024);
}

function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(statOf(candidate)?.[3]) === pid);
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = text.slice(text.indexOf('('), text.lastIndexOf(')') + 1); // may hold blanks
    return text.replace(name, 'name').split(' ');
  } catch {
    return undefined;
  }
}
