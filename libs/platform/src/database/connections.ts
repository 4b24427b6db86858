import type { DataSource } from 'typeorm';
import type { Pool, PoolClient } from 'pg';
import { unavailable } from '@platform/errors';

const MAX_WAITING = 1_000;
const ignore = () => undefined;

type Callback = (error: Error) => void;

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
 * Waiting for a connection happens here, in Node, where it is cheap: about ten busy connections serve two cores best. Beyond
 * 1,000 waiting callers, whoever they are (TypeORM too), the next is refused at once; after 5 s of waiting, each of them.
 */
export function limitWaiting(dataSource: DataSource): DataSource {
  const pool = poolOf(dataSource);
  const connect = pool.connect.bind(pool) as (callback?: Callback) => Promise<PoolClient> | undefined;
  const limited = (callback?: Callback) => {
    if (pool.waitingCount < MAX_WAITING) return connect(callback);
    const refusal = unavailable('Too many requests are waiting for the database.');
    if (!callback) return Promise.reject(refusal);
    process.nextTick(callback, refusal);
    return undefined;
  };
  Object.assign(pool, { connect: limited });
  return dataSource;
}

/** Takes a pooled connection. @throws AppError `unavailable` */
export async function takeConnection(dataSource: DataSource): Promise<Connection> {
  const client = await poolOf(dataSource).connect();
  client.on('error', ignore); // the statement at work reports it; without a listener it would end the process
  return {
    client,
    release: (broken) => {
      client.off('error', ignore);
      client.release(broken);
    },
  };
}
