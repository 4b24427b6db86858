import { timingSafeEqual } from 'node:crypto';
import type { Config } from '@platform/config';
import { isThisMachine } from './this-machine';

/** Whether somebody may read metrics: from this machine, or with METRICS_TOKEN. */
export function mayReadMetrics(config: Config, address: string, authorization: string | undefined): boolean {
  return isThisMachine(address) || hasToken(config.get('METRICS_TOKEN'), authorization);
}

function hasToken(expected: string | undefined, authorization = ''): boolean {
  if (expected === undefined) return false;
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${expected}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
