import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfChanged } from '../build.mjs';
import { saySeconds } from './main.mjs';
import { Problem, report, say } from './problem.mjs';
import { snapshot } from './sources.mjs';

/** Looking at every file takes a few milliseconds; `fs.watch` loses files that an editor replaces when it saves. */
const LOOK_EVERY_MS = 400;

/**
 * `npm run dev`: after a change of the sources the new version takes over if it compiles; if not, the old one goes on.
 * @param {import('./fleet.mjs').Fleet} fleet
 */
export async function watchSources(fleet) {
  say('Watching apps/ and libs/ for changes.');
  for (let known = snapshot(); ;) {
    const changed = await nextChange(known);
    known = changed.now;
    await takeOver(fleet, changed.files).catch(report);
  }
}

/** Waits for a change, and then until nothing changes any more: a `git checkout` writes many files. */
async function nextChange(known) {
  for (let before = known; ;) {
    await sleep(LOOK_EVERY_MS);
    const now = snapshot();
    if (differences(before, now).length === 0 && differences(known, now).length > 0) {
      return { now, files: differences(known, now) };
    }
    before = now;
  }
}

function differences(before, now) {
  return [...new Set([...before.keys(), ...now.keys()])].filter((file) => before.get(file) !== now.get(file));
}

async function takeOver(fleet, files) {
  const began = Date.now();
  try {
    if (!(await buildIfChanged())) return;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    report(error);
    return say('The version before goes on running.');
  }
  const { api, worker, gateway } = fleet.services;
  if (files.some((file) => file.includes('/migrations/'))) await fleet.migrate();
  const affected = files.some((file) => file.startsWith('apps/sandbox-gateway/'))
    ? [api, worker, gateway]
    : [api, worker];
  await Promise.all(affected.map((service) => service && service.restart()));
  saySeconds('Reloaded', began);
}
