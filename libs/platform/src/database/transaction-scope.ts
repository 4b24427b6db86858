import type { DataSource, EntityManager } from 'typeorm';
import type { PoolClient, QueryResult } from 'pg';
import { currentContext, faultPoint } from '@platform/observability';
import { takeConnection, type Connection } from './connections';
import { driverErrorOf } from './sql-errors';

/** A statement for later: sent with others in one trip. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** One running transaction: its connection, what is queued until COMMIT, and what happens after it. */
export class TransactionScope {
  open = true;
  readonly afterCommit: Array<() => void> = [];
  private readonly queued: Array<() => Statement> = [];
  private readonly gathered = new Map<string, unknown[]>();
  private connecting: Promise<Connection> | undefined;
  private typeorm: EntityManager | undefined;
  private failure: unknown;
  private unbegun: Error | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** @throws Error once the transaction has ended: whoever still writes would write outside of it */
  requireOpen(): void {
    if (!this.open) throw new Error('This transaction has ended. A promise inside it was not awaited.');
  }

  /**
   * The transaction's connection. BEGIN is not awaited: it travels with the first statement, which fails with it. Nothing
   * may follow then, it would stand outside of any transaction.
   */
  async client(): Promise<PoolClient> {
    this.requireOpen();
    this.connecting ??= takeConnection(this.dataSource).then((connection) => {
      connection.client.query('BEGIN', []).catch((error: Error) => {
        this.failure = this.unbegun = error;
      });
      return connection;
    });
    const { client } = await this.connecting;
    this.requireOpen();
    if (this.unbegun) throw this.unbegun;
    return client;
  }

  /** Runs a statement. The first failure is kept: whatever was sent behind it fails too, and may be heard of sooner. */
  async query(text: string, values: unknown[]): Promise<QueryResult> {
    const client = await this.client();
    this.requireOpen(); // COMMIT may have been asked for meanwhile
    return this.send(client, { text, values });
  }

  private send(client: PoolClient, { text, values }: Statement): Promise<QueryResult> {
    return client.query(text, values).catch((error: unknown) => {
      this.failure ??= error;
      throw error;
    });
  }

  /** Why the transaction has failed, when all that is known is that it has: `in_failed_sql_transaction`. */
  causeOf(error: unknown): unknown {
    return driverErrorOf(error).code === '25P02' ? (this.failure ?? error) : error;
  }

  /** TypeORM's EntityManager on this transaction's connection. */
  get manager(): EntityManager {
    if (this.typeorm) return this.typeorm;
    const runner = this.dataSource.createQueryRunner();
    // TypeORM must neither take a connection of its own nor open a second transaction on ours.
    Object.assign(runner, { connect: () => this.client(), isTransactionActive: true, transactionDepth: 1 });
    this.typeorm = runner.manager;
    return this.typeorm;
  }

  queue(statement: Statement): void {
    this.queued.push(() => statement);
  }

  gather<Row>(key: string, row: Row, toStatement: (rows: Row[]) => Statement): void {
    const rows = this.gathered.get(key) as Row[] | undefined;
    if (rows) {
      rows.push(row);
      return;
    }
    const first = [row];
    this.gathered.set(key, first);
    this.queued.push(() => toStatement(first));
  }

  /** Sends what is queued and COMMIT in one trip. A failed statement turns that COMMIT into a rollback. */
  async commit(): Promise<void> {
    if (!this.connecting && this.queued.length === 0) {
      this.open = false;
      return;
    }
    const client = await this.client();
    this.open = false;
    const statements = this.queued.map((make) => make()); // before any is sent: one that cannot be made leaves none alone
    const trip = statements.map((statement) => this.send(client, statement));
    faultPoint(`database.before_commit ${currentContext()?.actor ?? ''}`);
    trip.push(client.query('COMMIT', []));
    const outcomes = await Promise.allSettled(trip);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    const committed = outcomes.at(-1) as PromiseFulfilledResult<QueryResult>;
    if (committed.value.command !== 'COMMIT') throw new Error('The transaction was rolled back instead of committed.');
    faultPoint(`database.after_commit ${currentContext()?.actor ?? ''}`);
    await this.release();
  }

  async rollback(): Promise<void> {
    this.open = false;
    if (!this.connecting) return;
    try {
      await (await this.connecting).client.query('ROLLBACK', []);
      await this.release();
    } catch (error) {
      await this.release(error as Error);
    }
  }

  private async release(broken?: Error): Promise<void> {
    const connection = await this.connecting?.catch(() => undefined);
    connection?.release(broken);
    this.connecting = undefined;
  }
}
