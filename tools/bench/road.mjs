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
/** What earlier cases have left for the worker to do. */
const LEFT = `SELECT (SELECT count(*) FROM platform.outbox_queue) + (SELECT count(*) FROM platform.outbox_deliveries)
  + (SELECT count(*) FROM platform.audit_queue) AS left`;
const LOOK_EVERY_MS = 200;
const IDLE_REFUNDS = 100;

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
  await untilIdle(stage);
  const delivery = await measureIdleDelivery(stage);
  await untilIdle(stage);
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
    delivery,
    backlog,
  };
}

async function untilIdle(stage) {
  while (Number((await stage.sql(LEFT))[0].left) > 0) await delay(LOOK_EVERY_MS);
}

async function drive(stage, seconds) {
  const pool = new Pool(stage.api.origin, { connections: CLIENTS });
  const count = async () => (await stage.sql(COUNT))[0].confirmed;
  const [{ newest }] = await stage.sql(NEWEST);
  const start = await count();
  let [placed, underWay, isOver] = [0, 0, false];
  let looked = Promise.withResolvers();
  const client = async () => {
    while (!isOver) {
      if (underWay >= UNDER_WAY_AT_MOST) await looked.promise;
      else await place(pool, stage, placed++).then(() => underWay++);
    }
  };
  const began = performance.now();
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  while (performance.now() - began < seconds * 1000) {
    await delay(LOOK_EVERY_MS);
    [{ underWay }] = await stage.sql(underWaySince(newest));
    looked.resolve();
    looked = Promise.withResolvers();
  }
  const confirmed = (await count()) - start;
  const took = (performance.now() - began) / 1000;
  isOver = true;
  looked.resolve();
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
 * Refunds, one after the other: from the transaction that announces one, and from its commit, to the transaction of the
 * listener in `orders`. (The events of the usual road have listeners that send mail, which is another matter.)
 */
async function measureIdleDelivery(stage) {
  const pool = new Pool(stage.api.origin, { connections: 1 });
  for (let n = 0; n < IDLE_REFUNDS; n++) await place(pool, stage, n);
  const paid = `SELECT id FROM payments.payments WHERE status = 'succeeded' ORDER BY id LIMIT ${IDLE_REFUNDS}`;
  let payments = [];
  while (payments.length < IDLE_REFUNDS) {
    await delay(50);
    payments = await stage.sql(paid);
  }
  for (const { id } of payments) {
    const { statusCode } = await pool.request(post(`/api/v1/payments/${id}/refunds`, stage.support, { amount: 1 }));
    if (statusCode !== 202) throw new Error(`refund: ${statusCode}`);
    await delay(60);
  }
  await pool.close();
  const [p50] = await stage.sql(`
    SELECT ${median('event.occurred_at')} AS "fromStartMs", ${median('pg_xact_commit_timestamp(event.xmin)')} AS "fromCommitMs"
    FROM platform.inbox JOIN platform.outbox_events event ON event.id = inbox.event_id
    WHERE event.name = 'payments.refunded'`);
  return mapValues(p50, (ms) => Number(Number(ms).toFixed(1)));
}

const median = (since) =>
  `percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM inbox.handled_at - ${since}) * 1000)`;

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}
