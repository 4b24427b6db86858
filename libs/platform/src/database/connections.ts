import type { DataSource } from 'typeorm';
import type { Pool, PoolClient } from 'pg';
import { unavailable } from '@platform/errors';

const MAX_WAITING = 1_000;
const ignore = () => undefined;

export interface Connection {
  client: PoolClient;
  /** Gives the connection back; with an error it is closed instead of reused. */
  release(broken?: Error): void;
}

/** pg's pool inside TypeORM's driver. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * Takes a pooled connection. Waiting happens here, in Node, where it is cheap: about ten busy connections serve two
 * cores best. Beyond 1,000 waiting callers, or 5 s of waiting, the request is refused.
 * @throws AppError `unavailable`
 */
export async function takeConnection(dataSource: DataSource): Promise<Connection> {
  const pool = poolOf(dataSource);
  if (pool.waitingCount >= MAX_WAITING) throw unavailable('Too many requests are waiting for the database.');
  const client = await pool.connect();
  client.on('error', ignore); // the statement at work reports it; without a listener it would end the process
  return {
    client,
    release: (broken) => {
      client.off('error', ignore);
      client.release(broken);
    },
  };
}
