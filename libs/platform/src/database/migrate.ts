import { Client } from 'pg';
import type { DataSource } from 'typeorm';

const MIGRATION_LOCK = 4_711_001;

/**
 * Brings the database to the newest schema, one transaction a migration. An advisory lock on a connection of its own
 * lets several processes start at once: the others wait, then find nothing to do.
 * @returns the names of the migrations that ran
 */
export async function migrate(dataSource: DataSource, databaseUrl: string): Promise<string[]> {
  const lock = new Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await dataSource.runMigrations();
    return ran.map(({ name }) => name);
  } finally {
    await lock.end();
  }
}
