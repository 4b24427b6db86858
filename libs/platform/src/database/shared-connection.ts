import type { DataSource } from 'typeorm';
import type { PoolClient, QueryResult } from 'pg';
import { takeConnection, type Connection } from './connections';
import { leavesConnectionSound } from './sql-errors';

/** One connection for several statements outside of transactions, taken with the first of them. */
export class SharedConnection {
  private connecting: Promise<Connection> | undefined;
  private readonly asked: Array<Promise<QueryResult>> = [];
  private released = false;
  private broken: Error | undefined;

  constructor(private readonly dataSource: DataSource) {}

  async query(text: string, values: unknown[]): Promise<QueryResult> {
    if (this.released) throw new Error('This connection has been given back. A promise was not awaited.');
    this.connecting ??= takeConnection(this.dataSource);
    const { client }: { client: PoolClient } = await this.connecting;
    const answer = client.query(text, values);
    this.asked.push(answer);
    try {
      return await answer;
    } catch (error) {
      if (!leavesConnectionSound(error)) this.broken = error as Error;
      throw error;
    }
  }

  /** Gives it back once all is answered: what is run again after a failure must not get into somebody's transaction. */
  async release(): Promise<void> {
    this.released = true;
    const connection = await this.connecting?.catch(() => undefined);
    await Promise.allSettled(this.asked);
    connection?.release(this.broken);
  }
}
