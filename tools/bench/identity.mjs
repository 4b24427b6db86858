/**
 * `npm run bench -- auth`: what a request costs more when it shows a token that was seen before.
 * `npm run bench -- login`: how many people can sign in in a second, and how the catalogue is served meanwhile.
 * CPU seconds say more than requests per second: machines are noisy.
 */
import { hash } from '@node-rs/argon2';
import { buildIfChanged } from '../build.mjs';
import { load } from './load.mjs';
import { cpuSeconds, stopProgram } from './processes.mjs';
import { setStage } from './stage.mjs';
import { median } from './table.mjs';

const PASSWORD = 'a password that is only for the bench';
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const SIGNING_IN = 8;
const LOOKING = { clients: 4, pauseMs: 20 };
/** Counted for each address and e-mail; only failures count, but the limit's own work is part of a login. */
const SETTINGS = { RATE_LIMIT_AUTH: '100000/60' };

/** The same public request with a token and without, in turn. @param {{ rounds: number, seconds: number }} options */
export function measureAuth({ rounds, seconds }) {
  return onStage(async (stage, server) => {
    const path = '/api/v1/products/BENCH-00001';
    const open = () => ({ method: 'GET', path, headers: {} });
    const authenticated = (n) => {
      const { authorization } = stage.buyers[n % stage.buyers.length].headers;
      return { method: 'GET', path, headers: { authorization } };
    };
    const costs = { open: [], authenticated: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const [name, request] of Object.entries({ open, authenticated })) {
        const cpu = await microsecondsEach(server.pid, () =>
          load(stage.api.origin, request, { clients: 16, seconds, expected: 200 }),
        );
        if (round > 0) costs[name].push(cpu); // the first one warms up, and verifies each token
      }
    }
    const differences = costs.authenticated.map((cost, round) => cost - costs.open[round]);
    return {
      'open, CPU µs': median(costs.open),
      'with a token, CPU µs': median(costs.authenticated),
      'costs more, CPU µs': Number(median(differences).toFixed(1)),
      'of each round': differences.map((cost) => cost.toFixed(1)).join(' '),
    };
  });
}

/** Sign-ins as fast as they are answered, beside people who look at the catalogue. */
export function measureLogins({ rounds, seconds }) {
  return onStage(async (stage, server) => {
    await givePasswords(stage);
    const login = (n) => ({
      ...{ method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ email: `buyer-${1 + (n % stage.buyers.length)}@bench.example`, password: PASSWORD }),
    });
    const look = (n) => ({ method: 'GET', path: `/api/v1/products?limit=20&search=${n % 100}`, headers: {} });
    const { origin } = stage.api;
    const alone = await load(origin, look, { ...LOOKING, seconds, expected: 200 });
    const results = [];
    for (let round = 0; round <= rounds; round++) {
      const before = { api: cpuSeconds(server.pid), postgres: cpuSeconds(stage.postgresPid) };
      const [logins, products] = await Promise.all([
        load(origin, login, { clients: SIGNING_IN, seconds, expected: 200 }),
        load(origin, look, { ...LOOKING, seconds, expected: 200 }),
      ]);
      const apiCpuMs = ((cpuSeconds(server.pid) - before.api) * 1000) / logins.requests;
      const postgresCpuMs = ((cpuSeconds(stage.postgresPid) - before.postgres) * 1000) / logins.requests;
      if (round > 0) results.push({ logins, products, apiCpuMs, postgresCpuMs });
    }
    const of = (value) => Number(median(results.map(value)).toFixed(2));
    return {
      'logins/s': of(({ logins }) => logins.perSecond),
      'login p50 ms': of(({ logins }) => logins.p50),
      'login p99 ms': of(({ logins }) => logins.p99),
      'products p50 ms': of(({ products }) => products.p50),
      'products p99 ms': of(({ products }) => products.p99),
      'products p99 ms without logins': alone.p99,
      'api CPU ms/login': of(({ apiCpuMs }) => apiCpuMs),
      'PostgreSQL CPU ms/login': of(({ postgresCpuMs }) => postgresCpuMs),
    };
  });
}

async function onStage(measure) {
  await buildIfChanged();
  const stage = await setStage(SETTINGS);
  try {
    const server = await stage.api.start();
    const result = await measure(stage, server);
    await stopProgram(server.child);
    return result;
  } finally {
    await stage.clear();
  }
}

async function microsecondsEach(pid, work) {
  const before = cpuSeconds(pid);
  const { requests } = await work();
  return Number((((cpuSeconds(pid) - before) * 1e6) / requests).toFixed(1));
}

/** One hash for all of seed.sql's buyers: checking it costs the same. */
async function givePasswords(stage) {
  await stage.sql(`UPDATE users.users SET password_hash = '${await hash(PASSWORD, COST)}' WHERE password_hash = ''`);
}
