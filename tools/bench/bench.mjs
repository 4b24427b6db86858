/**
 * `npm run bench`: the product against the yardstick (a raw Fastify + pg server that places an order with one SQL
 * function call) on the same PostgreSQL, in turn, several rounds; then the complete road. Ratios and CPU seconds say more
 * than requests per second: machines are noisy. Options: --rounds 3 --seconds 5 --json FILE
 * `npm run bench -- recovery`: how long open sagas take after a worker was killed. Option: --orders 10000
 * `npm run bench -- road`: the complete road alone, for a minute. Option: --seconds 60
 * `npm run bench -- auth` and `npm run bench -- login`: see identity.mjs. Options: --rounds 3 --seconds 5
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildIfChanged } from '../build.mjs';
import { CASES } from './cases.mjs';
import { measureAuth, measureLogins } from './identity.mjs';
import { load } from './load.mjs';
import { cpuSeconds, residentMiB, stopProgram } from './processes.mjs';
import { measureRecovery } from './recovery.mjs';
import { measureRoad } from './road.mjs';
import { measureRoadAlone } from './road-alone.mjs';
import { setStage } from './stage.mjs';
import { printCases, printRoad } from './table.mjs';

const CLIENTS = 16;
const WARM_UP = 3; // so many times as long as the other rounds
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    orders: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds ?? 5);

const single = {
  recovery: () => measureRecovery(Number(values.orders)),
  road: () => measureRoadAlone(Number(values.seconds ?? 60)),
  auth: () => measureAuth({ rounds, seconds }),
  login: () => measureLogins({ rounds, seconds }),
}[positionals[0]];
if (single) {
  console.table(await single());
  process.exit(0);
}

await buildIfChanged();
const stage = await setStage();
try {
  const servers = { yardstick: await stage.yardstick.start(), product: await stage.api.start() };
  const results = await compare(servers);
  const apiMiB = residentMiB(servers.product.pid);
  await stopProgram(servers.yardstick.child);
  const road = await measureRoad(stage, servers.product, seconds * rounds);
  await stopProgram(servers.product.child);
  const memory = { apiReadyMs: servers.product.readyMs, apiMiB };
  printCases(results, memory);
  printRoad(road);
  if (values.json) writeFileSync(values.json, JSON.stringify({ rounds, seconds, results, memory, road }, null, 2));
} finally {
  await stage.clear();
}

/**
 * Every case on both servers, round after round, so that a noisy minute hits both. The first round is a long one: V8 still
 * compiles what is often run, and the tables are filled for the planner.
 */
async function compare(servers) {
  const results = {
    place: { yardstick: [], product: [] },
    get: { yardstick: [], product: [] },
    list: { yardstick: [], product: [] },
  };
  const placed = { yardstick: [], product: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { expected, ...requests }] of Object.entries(CASES)) {
      for (const server of ['yardstick', 'product']) {
        const request = (n) => requests[server](n, stage.buyers[n % stage.buyers.length], placed[server]);
        const onAnswer = name === 'place' ? remember(placed[server]) : undefined;
        const { origin } = stage[server === 'product' ? 'api' : 'yardstick'];
        const lasting = round === 0 ? seconds * WARM_UP : seconds;
        const options = { clients: CLIENTS, seconds: lasting, expected, onAnswer };
        const result = await measured(servers[server], () => load(origin, request, options));
        if (round > 0) results[name][server].push(result);
      }
    }
    if (round === 0) await stage.analyze();
  }
  return results;
}

async function measured(server, run) {
  const before = { server: cpuSeconds(server.pid), postgres: cpuSeconds(stage.postgresPid) };
  const result = await run();
  const per1000 = (used) => Number(((used / result.requests) * 1000).toFixed(3));
  return {
    ...result,
    serverCpu: per1000(cpuSeconds(server.pid) - before.server),
    postgresCpu: per1000(cpuSeconds(stage.postgresPid) - before.postgres),
  };
}

/** Keeps some of the orders, with who placed them, to be read in the next case. */
function remember(orders) {
  const byId = new Map(stage.buyers.map((buyer) => [buyer.id, buyer]));
  return (text) => {
    if (orders.length >= 5000) return;
    const order = JSON.parse(text);
    orders.push({ id: order.id, buyer: byId.get(order.userId) });
  };
}
