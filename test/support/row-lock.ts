import { TestDatabase } from './database';
import type { Shop } from './shop';

/** Rows that a test keeps locked, so that everybody who wants to write them meets there. */
export class RowLock {
  private constructor(private readonly holder: TestDatabase) {}

  /** Locks the rows that `query` finds: a SELECT without its FOR UPDATE. */
  static async take(shop: Shop, query: string, values: unknown[]): Promise<RowLock> {
    const holder = await TestDatabase.create(shop.db.url);
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

/** How many connections to this shop's database wait for a lock. */
export async function countWaiting(shop: Shop): Promise<number> {
  const [row] = await shop.db.sql<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}
