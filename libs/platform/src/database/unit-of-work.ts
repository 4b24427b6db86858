import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { currentContext, faultPoint } from '@platform/observability';
import { SharedConnection } from './shared-connection';
import { isWorthRetrying } from './sql-errors';
import { TransactionScope, type Statement } from './transaction-scope';

const ATTEMPTS = 5;

/**
 * The only door to the database. Inside `run`, everything goes through one transaction; outside, each statement stands
 * alone on the pool.
 */
@Injectable()
export class UnitOfWork {
  private readonly scopes = new AsyncLocalStorage<TransactionScope>();
  private readonly shared = new AsyncLocalStorage<SharedConnection>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction (READ COMMITTED). Joins the current one if there is one. The outermost call runs the
   * whole work again on a deadlock, a serialization failure or a plan outdated by a migration, so `work` must have no
   * effects but on the database: no HTTP, mail, Redis, hashing or sleeping inside.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.scopes.getStore()) {
      this.current();
      return work();
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isWorthRetrying(error)) throw error;
        await delay(Math.random() * 10 * attempt);
      }
    }
  }

  /** Runs a hand-written statement and returns its rows. Statements that don't await each other share one trip. */
  async sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.query(text, values)).rows as Row[];
  }

  /** Runs a hand-written statement and returns how many rows it touched. */
  async execute(text: string, values: unknown[] = []): Promise<number> {
    return (await this.query(text, values)).rowCount ?? 0;
  }

  /**
   * Queues a write that nobody reads before the commit. All queued writes leave in one trip together with COMMIT, in
   * the order of their queueing. For unconditional writes only: the number of touched rows comes too late to act upon.
   */
  queue(text: string, values: unknown[]): void {
    this.required('UnitOfWork.queue').queue({ text, values });
  }

  /** Like `queue`, for rows of which there may be several: all rows of one `key` become one statement. */
  gather<Row>(key: string, row: Row, toStatement: (rows: Row[]) => Statement): void {
    this.required('UnitOfWork.gather').gather(key, row, toStatement);
  }

  /** Calls `hook` once the transaction is durable; outside a transaction, at once. A hook must not throw or wait. */
  afterCommit(hook: () => void): void {
    const scope = this.current();
    if (scope) scope.afterCommit.push(hook);
    else hook();
  }

  /**
   * Lets reads that don't depend on each other share one connection and one trip, each with its own snapshot:
   * `uow.together(() => Promise.all([...]))`. Inside a transaction they do so anyway.
   */
  async together<T>(work: () => Promise<T>): Promise<T> {
    if (this.scopes.getStore()) return work();
    const connection = new SharedConnection(this.dataSource);
    try {
      return await this.shared.run(connection, work);
    } finally {
      await connection.release();
    }
  }

  /** TypeORM, in the current transaction or on the pool. */
  get manager(): EntityManager {
    return this.current()?.manager ?? this.dataSource.manager;
  }

  /** For what only makes sense inside the caller's transaction, such as holding stock for an order. */
  requireActive(what: string): void {
    this.required(what);
  }

  /** For what must never happen inside a transaction, such as a call to the payment gateway. */
  forbidActive(what: string): void {
    if (this.scopes.getStore()?.open) throw new Error(`${what} must not run inside a transaction.`);
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    const scope = new TransactionScope(this.dataSource);
    try {
      const result = await this.scopes.run(scope, async () => {
        const outcome = await work();
        await scope.commit();
        return outcome;
      });
      for (const hook of scope.afterCommit) hook();
      return result;
    } catch (error) {
      await scope.rollback();
      throw scope.causeOf(error);
    }
  }

  private async query(text: string, values: unknown[]) {
    faultPoint(`database.statement ${currentContext()?.actor ?? ''}`);
    const scope = this.current();
    if (scope) return scope.query(text, values);
    const shared = this.shared.getStore();
    if (shared) return shared.query(text, values);
    const connection = new SharedConnection(this.dataSource);
    try {
      return await connection.query(text, values);
    } finally {
      await connection.release();
    }
  }

  private current(): TransactionScope | undefined {
    const scope = this.scopes.getStore();
    scope?.requireOpen();
    return scope;
  }

  private required(what: string): TransactionScope {
    const scope = this.current();
    if (!scope) throw new Error(`${what} must run inside UnitOfWork.run().`);
    return scope;
  }
}
