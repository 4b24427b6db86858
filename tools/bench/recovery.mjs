/**
 * Orders are placed while no worker runs, a worker begins to check them out and is killed in the
 * midst of it, another one starts. How long until each order is confirmed, and how long until the dead worker's own ones are?
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { buildIfChanged } from '../build.mjs';
import { order, post } from './cases.mjs';
import { cpuSeconds, stopProgram } from './processes.mjs';
import { setStage } from './stage.mjs';

const CLIENTS = 16;
const LOOK_MS = 100;
const COUNT = `SELECT count(*)::int AS confirmed FROM orders.orders WHERE status = 'confirmed'`;
const LEASED = `SELECT key FROM platform.sagas WHERE status = 'running' AND lease IS NOT NULL`;

/** @param {number} orders how many sagas are open */
export async function measureRecovery(orders) {
  await buildIfChanged();
  const stage = await setStage();
  try {
    const api = await stage.api.start();
    await place(stage, orders);
    await stopProgram(api.child);
    const gateway = await stage.gateway.start();
    const left = await killMidway(stage, orders);
    const result = await recover(stage, orders, left, gateway.pid);
    await stopProgram(gateway.child);
    return result;
  } finally {
    await stage.clear();
  }
}

async function place(stage, orders) {
  const pool = new Pool(stage.api.origin, { connections: CLIENTS });
  let n = 0;
  const client = async () => {
    while (n < orders) {
      const request = post('/api/v1/orders', stage.buyers[n % stage.buyers.length], order(n++, 'tok_ok'));
      const { statusCode, body } = await pool.request(request);
      await body.text();
      if (statusCode !== 201) throw new Error(`An order was refused with ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await pool.close();
}

/** @returns what the dead worker had under its leases */
async function killMidway(stage, orders) {
  const { child } = await stage.worker.start();
  while ((await confirmed(stage)) < orders / 50) await delay(LOOK_MS);
  const dead = once(child, 'exit');
  child.kill('SIGKILL');
  await dead;
  return (await stage.sql(LEASED)).map(({ key }) => key);
}

async function recover(stage, orders, orphans, gatewayPid) {
  const began = performance.now();
  const before = await confirmed(stage);
  const worker = await stage.worker.start();
  const pids = { worker: worker.pid, postgres: stage.postgresPid, gateway: gatewayPid };
  const cpuBefore = Object.values(pids).map(cpuSeconds);
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
  const theirs = `SELECT FROM orders.orders WHERE status <> 'confirmed' AND id IN (${orphans.map((key) => `'${key}'`).join() || 'NULL'})`;
  let orphansAfter;
  while ((await confirmed(stage)) < orders) {
    if (orphansAfter === undefined && (await stage.sql(theirs)).length === 0) orphansAfter = seconds();
    await delay(LOOK_MS);
  }
  const took = seconds();
  const recovered = orders - before;
  const cpu = Object.keys(pids).map((name, at) => {
    const used = cpuSeconds(Object.values(pids)[at]) - cpuBefore[at];
    return [name, Number(((used / recovered) * 1000).toFixed(2))];
  });
  await stopProgram(worker.child);
  return {
    recovered,
    seconds: took,
    perSecond: Math.round(recovered / took),
    orphans: orphans.length,
    orphansAfterSeconds: orphansAfter ?? took,
    cpuSecondsPer1000: Object.fromEntries(cpu),
  };
}

async function confirmed(stage) {
  return (await stage.sql(COUNT))[0].confirmed;
}
