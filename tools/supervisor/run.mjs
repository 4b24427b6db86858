import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfChanged } from '../build.mjs';
import { Fleet } from './fleet.mjs';
import { panel } from './panel.mjs';
import { makePlan } from './plan.mjs';
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
  supervision.note({ address: plan.address });
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
async function untilReady({ ports, given }) {
  const host = ['0.0.0.0', '::'].includes(given.HOST) ? '127.0.0.1' : (given.HOST ?? '127.0.0.1');
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${ports.PORT}/health/ready`;
  let last = '';
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
    const answer = await fetch(address).catch((error) => (last = error.message) && null);
    if (answer?.ok) return;
    if (answer) last = await answer.text();
  }
  throw new Problem(`${address} is not 200 after ${READY_WITHIN_MS / 1000} s: see above and .data/logs/api.log.`, [
    last,
  ]);
}
