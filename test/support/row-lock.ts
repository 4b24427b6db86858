import { TestDatabase } from './database';

/** Whatever has a database of its own: a shop, or a part of the platform. */
type WithDatabase = { db: TestDatabase };

/** Rows that a test keeps locked, so that everybody who wants to write them meets there. */
export class RowLock {
  private constructor(private readonly holder: TestDatabase) {}

  /** Locks the rows that `query` finds: a SELECT without its FOR UPDATE. */
  static async take({ db }: WithDatabase, query: string, values: unknown[]): Promise<RowLock> {
    const holder = await TestDatabase.create(db.url);
    await holder.sql('BEGIN');
    await holder.sql(`${query} FOR UPDATE`, values);
    return new RowLock(holder);
  }

  /** Lets everybody go on. */
  async release(): Promise<void> {
    await this.holder.sql('COMMIT');
    await this.holder.drop();
  }
}

/** How many connections to this database wait for a lock. */
export async function countWaiting({ db }: WithDatabase): Promise<number> {
  const [row] = await db.sql<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}
