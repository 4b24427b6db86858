import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setting } from './database';

/** A log file among those of the whole run, which global-teardown.mjs reads for what must not be in them. */
export function newLogFile(process: string): string {
  return join(setting('TEST_LOG_DIR'), `${process.replaceAll(/[^a-z]+/g, '-')}-${randomUUID()}.log`);
}
