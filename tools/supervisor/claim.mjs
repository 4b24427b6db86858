import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startTimeOf } from './liveness.mjs';
import { say } from './problem.mjs';

/** Long enough for a rival that read the same dead claim at the same moment to have replaced it too. */
const RIVAL_MS = 50;

/** @returns {Record<string, any> | null} what the file says, or null when there is none or it is half written */
export function readClaim(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Replaces the file as a whole, so that a reader sees the old content or the new, even after a power cut. */
export function writeWhole(path, text, mode = 0o600) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}

/**
 * Makes this process the holder of `path`. A holder that has died is replaced; a living one is returned.
 * @param {string} path
 * @param {object} [contents] what else the claim says
 * @param {number} [except] a holder to take over from although it is alive
 * @returns {Promise<{ holder: Record<string, any> | null, left: Record<string, any> | null }>} `left` is a dead holder's claim
 */
export async function claim(path, contents = {}, except = undefined) {
  mkdirSync(dirname(path), { recursive: true });
  const left = readClaim(path);
  if (left && left.pid !== except && isAlive(left)) return { holder: left, left: null };
  const draft = `${path}.${process.pid}`;
  const mine = { pid: process.pid, startTime: startTimeOf(process.pid), ...contents };
  writeFileSync(draft, JSON.stringify({ ...mine, children: left?.children ?? [] }), { mode: 0o600 });
  if (left) {
    renameSync(draft, path);
    await sleep(RIVAL_MS);
  } else if (!linkIfFree(draft, path)) return claim(path, contents, except);
  if (readClaim(path)?.pid !== process.pid) return claim(path, contents, except);
  return { holder: null, left };
}

function linkIfFree(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!readClaim(path)) rmSync(path, { force: true }); // torn by a full disk: nobody holds it
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives up a claim, unless somebody else holds it by now. */
export function release(path) {
  if (readClaim(path)?.pid === process.pid) rmSync(path, { force: true });
}

/**
 * Runs `work` while nobody else in this clone does the same.
 * @template T
 * @param {string} path
 * @param {string} what for the line that says why we wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, what, work) {
  for (let waited = false; ; waited = true) {
    const { holder } = await claim(path);
    if (!holder) break;
    if (!waited) say(`Waiting for ${what} by process ${holder.pid}…`);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    release(path);
  }
}
