import type { Config } from '@platform/config';
import { mayReadMetrics } from './metrics-access';

const TOKEN = 'sixteen-letters-or-more';
const withToken = { get: () => TOKEN } as unknown as Config;
const without = { get: () => undefined } as unknown as Config;

it.each([
  ['this machine', withToken, '127.0.0.1', undefined, true],
  ['this machine, in IPv6', without, '::ffff:127.0.0.1', undefined, true],
  ['another machine', withToken, '10.0.0.7', undefined, false],
  ['another machine with the token', withToken, '10.0.0.7', `Bearer ${TOKEN}`, true],
  ['another machine with a part of it', withToken, '10.0.0.7', `Bearer ${TOKEN.slice(1)}`, false],
  ['another machine, where there is no token', without, '10.0.0.7', 'Bearer undefined', false],
])('lets %s read metrics, or not', (_who, config, address, authorization, may) => {
  expect(mayReadMetrics(config, address, authorization)).toBe(may);
});
