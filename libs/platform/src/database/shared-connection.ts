import type { DataSource } from 'typeorm';
import type { PoolClient, QueryResult } from 'pg';
import { takeConnection, type Connection } from './connections';
import { leavesConnectionSound } from './sql-errors';

/** One connection for several statements outside of transactions, taken with the first of them. */
export class SharedConnection {
  private connecting: Promise<Connection> | undefined;
  private broken: Error | undefined;

  constructor(private readonly dataSource: DataSource) {}

  async query(text: string, values: unknown[]): Promise<QueryResult> {
    this.connecting ??= takeConnection(this.dataSource);
    const { client }: { client: PoolClient } = await this.connecting;
    try {
      return await client.query(text, values);
    } catch (error) {
      if (!leavesConnectionSound(error)) this.broken = error as Error;
      throw error;
    }
  }

  async release(): Promise<void> {
    const connection = await this.connecting?.catch(() => undefined);
    connection?.release(this.broken);
  }
}
