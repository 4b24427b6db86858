/**
 * `npm run bench -- road`: the complete road for a minute, and before and after it what the yardstick places, which tells how
 * fast the machine is just then.
 */
import { buildIfChanged } from '../build.mjs';
import { CASES } from './cases.mjs';
import { load } from './load.mjs';
import { cpuSeconds, stopProgram } from './processes.mjs';
import { measureRoad } from './road.mjs';
import { setStage } from './stage.mjs';

const [CLIENTS, YARDSTICK_SECONDS, WARM_UP_SECONDS] = [16, 5, 3];

/** @param {number} seconds how long the road is kept busy */
export async function measureRoadAlone(seconds) {
  await buildIfChanged();
  const stage = await setStage();
  try {
    const api = await stage.api.start();
    await placeAt('product', stage, WARM_UP_SECONDS);
    await stage.analyze();
    await measureYardstick(stage); // warms up
    const before = await measureYardstick(stage);
    const { perSecond, confirmed, cpu, backlog } = await measureRoad(stage, api, seconds);
    const after = await measureYardstick(stage);
    await stopProgram(api.child);
    return [toRow(before), toRow(after), { what: 'road', perSecond, seconds, cpu: cpu.inAll, confirmed, backlog }];
  } finally {
    await stage.clear();
  }
}

const toRow = ({ perSecond, cpu }) => ({ what: 'yardstick places', perSecond, seconds: YARDSTICK_SECONDS, cpu });

function placeAt(server, stage, seconds) {
  const { origin } = server === 'product' ? stage.api : stage.yardstick;
  const request = (n) => CASES.place[server](n, stage.buyers[n % stage.buyers.length]);
  return load(origin, request, { clients: CLIENTS, seconds, expected: CASES.place.expected });
}

async function measureYardstick(stage) {
  const { child, pid } = await stage.yardstick.start();
  const used = () => cpuSeconds(pid) + cpuSeconds(stage.postgresPid);
  const began = used();
  const { perSecond, requests } = await placeAt('yardstick', stage, YARDSTICK_SECONDS);
  const cpu = Number((((used() - began) / requests) * 1000).toFixed(3));
  await stopProgram(child);
  return { perSecond, cpu };
}
