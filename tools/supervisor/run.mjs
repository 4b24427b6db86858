import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfChanged } from '../build.mjs';
import { Fleet } from './fleet.mjs';
import { panel } from './panel.mjs';
import { innerAddress, makePlan } from './plan.mjs';
import { Problem, say } from './problem.mjs';
import { watchSources } from './watch.mjs';

const READY_WITHIN_MS = 60_000;

/**
 * Starts everything, shows the panel, and stays until somebody asks to stop.
 * @param {import('./main.mjs').Stop} stop
 * @param {{ note: (more: object) => void }} supervision
 * @param {{ watch: boolean }} options
 */
export async function run(stop, supervision, { watch }) {
  const began = Date.now();
  const plan = await makePlan();
  supervision.note({ address: plan.address, ports: plan.ports });
  await buildIfChanged();
  say('Starting…');
  const fleet = new Fleet(plan);
  stop.undo(async () => {
    await fleet.stop(stop.hurry);
    say('Everything has stopped.');
  });
  await fleet.start();
  await untilReady(plan);
  say(panel(fleet, (Date.now() - began) / 1000));
  if (watch) void watchSources(fleet);
  await stop.untilAsked();
  return 0;
}

/** Asks the same question as a load balancer. */
async function untilReady(plan) {
  const address = `${innerAddress(plan)}/health/ready`;
  let answered = '';
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
    const answer = await fetch(address).catch((error) => ({ ok: false, text: () => error.message }));
    if (answer.ok) return;
    answered = await answer.text();
  }
  const why = `${address} is not 200 after ${READY_WITHIN_MS / 1000} s: see above and .data/logs/api.log.`;
  throw new Problem(why, [answered]);
}
