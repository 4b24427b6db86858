import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfChanged } from '../build.mjs';
import { saySeconds } from './main.mjs';
import { root } from './paths.mjs';
import { Problem, report, say } from './problem.mjs';

/** Editors and `git checkout` write many files at once. */
const QUIET_MS = 250;

/**
 * `npm run dev`: after a change of the sources the new version takes over if it compiles; if not, the old one goes on.
 * @param {import('./fleet.mjs').Fleet} fleet
 */
export function watchSources(fleet) {
  const changed = new Set();
  let wake = () => {};
  for (const folder of ['apps', 'libs']) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.spec.ts')) return;
      changed.add(join(folder, file));
      wake();
    });
  }
  say('Watching apps/ and libs/ for changes.');
  void (async () => {
    for (;;) {
      while (changed.size === 0) await new Promise((resolve) => (wake = resolve));
      await sleep(QUIET_MS);
      const files = [...changed];
      changed.clear();
      await takeOver(fleet, files).catch(report);
    }
  })();
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
