import { DataSource, type DataSourceOptions } from 'typeorm';
import { types } from 'pg';
import type { Config } from '@platform/config';
import type { Log } from '@platform/observability';
import { NamedStatementClient } from './named-statement-client';
import { KEEP_ALIVE } from './keep-alive';
import { collectedSchema } from './schema-registry';
import { parseTimestamp, TIMESTAMPTZ } from './timestamp';

const INT8 = 20;
const MAX_WAIT_FOR_CONNECTION_MS = 5_000;

/** PostgreSQL says something within `transaction_timeout`, whatever it is asked: a host that says nothing is gone. */
const SILENCE_MS = 40_000;

/** Session settings of every pooled connection. A transaction that hangs must not hold back the outbox or vacuum. */
const SESSION = {
  plan_cache_mode: 'force_generic_plan', // named statements: plan once, not five times and then perhaps again
  random_page_cost: '1.1', // or keyset lists of a heavy user are sorted instead of read in order
  statement_timeout: '10s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '15s',
  transaction_timeout: '30s',
  timezone: 'UTC',
};

/** A migration may take long; what it may not do is wait for a lock while everybody else waits behind it. */
const PATIENT_SESSION = { timezone: 'UTC', lock_timeout: '10s' };

/** bigint columns are money and counts, kept below 2^53 by CHECK constraints: numbers, not strings. */
const OWN_PARSERS: Record<number, (text: string) => unknown> = { [INT8]: Number, [TIMESTAMPTZ]: parseTimestamp };

const typeParsers = {
  getTypeParser: (oid: number, format: never) => OWN_PARSERS[oid] ?? types.getTypeParser(oid, format),
};

/**
 * The one DataSource of a process, built from what the mounted modules registered.
 * @param patience `patient` for migrations, which may take their time and go past a pooler
 */
export function createDataSource(config: Config, log: Log, patience: 'usual' | 'patient' = 'usual'): DataSource {
  const { entities, migrations } = collectedSchema();
  const options: DataSourceOptions = {
    type: 'postgres',
    url: patience === 'usual' ? config.get('DATABASE_URL') : config.directDatabaseUrl,
    entities,
    migrations,
    migrationsTransactionMode: 'each',
    migrationsTableName: 'migrations',
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: config.get('DATABASE_POOL'),
    connectTimeoutMS: MAX_WAIT_FOR_CONNECTION_MS,
    poolErrorHandler: (error: unknown) => log.warn('database.connection_lost', { error }),
    extra: {
      ...(config.get('DATABASE_NAMED_STATEMENTS') ? { Client: NamedStatementClient } : {}),
      pipeline: true,
      types: typeParsers,
      ...KEEP_ALIVE,
      ...(patience === 'usual' ? { silenceMs: SILENCE_MS } : {}),
      options: Object.entries(patience === 'usual' ? SESSION : PATIENT_SESSION)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    },
  };
  return new DataSource(options);
}
