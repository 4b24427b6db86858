import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

/**
 * @typedef {object} Request
 * @property {'GET' | 'POST'} method
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {string} [body]
 */

/**
 * Sends requests as fast as they are answered, from so many clients at once, for so long.
 * With a pause each client waits so long before its next one.
 * @param {string} origin
 * @param {(n: number) => Request} request the n-th request
 * @param {{ clients: number, seconds: number, expected: number, pauseMs?: number, onAnswer?: (body: string) => void }} options
 */
export async function load(origin, request, { clients, seconds, expected, pauseMs, onAnswer }) {
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  const times = [];
  const until = performance.now() + seconds * 1000;
  let sent = 0;
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now();
      const { statusCode, body } = await pool.request(request(sent++));
      const text = await body.text();
      times.push(performance.now() - began);
      if (statusCode !== expected) throw new Error(`${statusCode} instead of ${expected}: ${text.slice(0, 500)}`);
      onAnswer?.(text);
      if (pauseMs !== undefined) await delay(pauseMs);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const took = (performance.now() - began) / 1000;
  await pool.close();
  times.sort((a, b) => a - b);
  const percentile = (p) => Number(times[Math.min(times.length - 1, Math.floor(times.length * p))].toFixed(2));
  return {
    requests: times.length,
    perSecond: Math.round(times.length / took),
    p50: percentile(0.5),
    p99: percentile(0.99),
  };
}
