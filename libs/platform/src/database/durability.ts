import type { DataSource } from 'typeorm';

const NEEDED = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Which settings of the server would let it forget what it has acknowledged; empty when it can be trusted. */
export async function findDurabilityProblems(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<Array<{ name: string; setting: string }>>(
    `SELECT name, setting FROM pg_settings WHERE name = ANY($1) AND setting = 'off'`,
    [NEEDED],
  );
  return rows.map(({ name }) => `${name} is off`);
}
