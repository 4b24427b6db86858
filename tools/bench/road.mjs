import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { order, post } from './cases.mjs';
import { cpuSeconds, stopProgram } from './processes.mjs';

const CLIENTS = 16;
const UNDER_WAY_AT_MOST = 200;
const COUNT = `SELECT count(*)::int AS confirmed FROM orders.orders WHERE status = 'confirmed'`;
const NEWEST = 'SELECT id AS newest FROM orders.orders ORDER BY id DESC LIMIT 1';
/** Cheap however many there have been: what is confirmed is counted once, at the end. */
const underWaySince = (id) =>
  `SELECT count(*)::int AS "underWay" FROM orders.orders WHERE status = 'pending_payment' AND id > '${id}'`;
const IDLE_ORDERS = 50;

/**
 * Orders placed, paid at the sandbox gateway and confirmed by the worker. As many are under way at once as the system
 * can bear without a growing backlog; a mail for each goes to a sink.
 */
export async function measureRoad(stage, api, seconds) {
  const programs = { gateway: await stage.gateway.start(), worker: await stage.worker.start() };
  const pids = {
    api: api.pid,
    worker: programs.worker.pid,
    gateway: programs.gateway.pid,
    postgres: stage.postgresPid,
  };
  const deliveryP50Ms = await measureIdleDelivery(stage);
  const before = mapValues(pids, cpuSeconds);
  const { confirmed, took } = await drive(stage, seconds);
  const cpu = mapValues(pids, (pid, name) =>
    Number((((cpuSeconds(pid) - before[name]) / confirmed) * 1000).toFixed(3)),
  );
  const [{ backlog }] = await stage.sql(`SELECT count(*)::int AS backlog FROM platform.outbox_queue`);
  await stopProgram(programs.worker.child);
  await stopProgram(programs.gateway.child);
  const inAll = Number(
    Object.values(cpu)
      .reduce((sum, each) => sum + each, 0)
      .toFixed(3),
  );
  return {
    perSecond: Math.round(confirmed / took),
    confirmed,
    seconds: Math.round(took),
    cpu: { 'CPU-s/1000': '', ...cpu, inAll },
    deliveryP50Ms,
    backlog,
  };
}

async function drive(stage, seconds) {
  const pool = new Pool(stage.api.origin, { connections: CLIENTS });
  const count = async () => (await stage.sql(COUNT))[0].confirmed;
  const [{ newest }] = await stage.sql(NEWEST);
  const start = await count();
  let [placed, underWay, isOver] = [0, 0, false];
  const client = async () => {
    while (!isOver) {
      if (underWay >= UNDER_WAY_AT_MOST) await delay(2);
      else await place(pool, stage, placed++).then(() => underWay++);
    }
  };
  const began = performance.now();
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  while (performance.now() - began < seconds * 1000) {
    await delay(100);
    [{ underWay }] = await stage.sql(underWaySince(newest));
  }
  const confirmed = (await count()) - start;
  const took = (performance.now() - began) / 1000;
  isOver = true;
  await clients;
  await pool.close();
  return { confirmed, took };
}

async function place(pool, stage, n) {
  const { statusCode, body } = await pool.request(
    post('/api/v1/orders', stage.buyers[n % stage.buyers.length], order(n, 'tok_ok')),
  );
  const text = await body.text();
  if (statusCode !== 201) throw new Error(`${statusCode}: ${text.slice(0, 500)}`);
}

/**
 * Refunds, one after the other: from the transaction that announces one to that of the listener in `orders`. (The events
 * of the usual road have listeners that send mail, which is another matter.)
 */
async function measureIdleDelivery(stage) {
  const pool = new Pool(stage.api.origin, { connections: 1 });
  for (let n = 0; n < IDLE_ORDERS; n++) await place(pool, stage, n);
  const paid = `SELECT id FROM payments.payments WHERE status = 'succeeded' ORDER BY id LIMIT ${IDLE_ORDERS}`;
  let payments = [];
  while (payments.length < IDLE_ORDERS) {
    await delay(50);
    payments = await stage.sql(paid);
  }
  for (const { id } of payments) {
    const { statusCode } = await pool.request(post(`/api/v1/payments/${id}/refunds`, stage.support, { amount: 1 }));
    if (statusCode !== 202) throw new Error(`refund: ${statusCode}`);
    await delay(60);
  }
  await pool.close();
  const [{ p50 }] = await stage.sql(`
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM inbox.handled_at - event.occurred_at) * 1000) AS p50
    FROM platform.inbox JOIN platform.outbox_events event ON event.id = inbox.event_id
    WHERE event.name = 'payments.refunded'`);
  return Number(Number(p50).toFixed(1));
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}
