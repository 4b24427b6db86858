import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ChargeRows } from './charge-rows';
import { DeliveryRows } from './delivery-rows';
import { RefundRows } from './refund-rows';
import { StartProblem } from './start-problem';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS charges (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    idempotency_key TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL,
    method TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    capture INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    status TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'voided', 'authorized')),
    failure_code TEXT,
    calls INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS charges_reference ON charges (reference);
  -- keys that were voided before any charge came with them
  CREATE TABLE IF NOT EXISTS closed_keys (idempotency_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refunds (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    idempotency_key TEXT NOT NULL UNIQUE,
    charge_id TEXT NOT NULL REFERENCES charges (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS refunds_charge ON refunds (charge_id);
  -- webhooks still to be sent; delivered ones are deleted, given-up ones stay with due_at NULL
  CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    due_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
`;

/** Work that waits for the commit it shares with others, and how it went. */
interface Waiting {
  run(): void;
  settle(failure?: { error: unknown }): void;
}

/** How long a start waits for the previous owner of the file to let go of it. */
const LOCK_WAIT_MS = 2_000;

/**
 * The gateway's durable memory: one SQLite file, WAL with synchronous=FULL, so a committed charge survives a power cut.
 * The file is locked for this process alone, because calls in flight are known only in its memory.
 */
export class Store {
  readonly charges: ChargeRows;
  readonly refunds: RefundRows;
  readonly deliveries: DeliveryRows;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  private readonly rollback: StatementSync;
  private waiting: Waiting[] = [];

  private constructor(private readonly db: DatabaseSync) {
    this.charges = new ChargeRows(db);
    this.refunds = new RefundRows(db);
    this.deliveries = new DeliveryRows(db);
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.rollback = db.prepare('ROLLBACK');
  }

  /** Opens or makes the file at `path`; a `StartProblem` says why not. */
  static open(path: string): Store {
    try {
      mkdirSync(dirname(path), { recursive: true });
      const db = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      db.exec(SCHEMA);
      return new Store(db);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartProblem(`The sandbox gateway can't use its store ${path}: ${reason}.`, { cause: error });
    }
  }

  /** Runs `work`, which must not await, as one durable transaction; an exception undoes it. Not to be nested. */
  transaction<T>(work: () => T): T {
    this.begin.run();
    try {
      const result = work();
      this.commit.run();
      return result;
    } catch (error) {
      if (this.db.isTransaction) this.rollback.run();
      throw error;
    }
  }

  /**
   * Like `transaction`, but all that is asked for before the event loop turns shares one commit, and with it the wait for
   * the disk. An exception undoes only the work that threw it.
   */
  grouped<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let outcome: () => void;
      if (this.waiting.length === 0) setImmediate(() => this.commitGroup());
      this.waiting.push({
        run: () => {
          const result = work();
          outcome = () => resolve(result);
        },
        settle: (failure) => (failure ? reject(failure.error as Error) : outcome()),
      });
    });
  }

  private commitGroup(): void {
    const group = this.waiting;
    this.waiting = [];
    if (group.length === 0) return;
    try {
      const failures = this.transaction(() => group.map((one) => this.attempt(one)));
      group.forEach((one, n) => one.settle(failures[n]));
    } catch (error) {
      for (const one of group) one.settle({ error });
    }
  }

  private attempt(one: Waiting): { error: unknown } | undefined {
    this.db.exec('SAVEPOINT one');
    try {
      one.run();
      return undefined;
    } catch (error) {
      this.db.exec('ROLLBACK TO one');
      return { error };
    } finally {
      this.db.exec('RELEASE one');
    }
  }

  /** What still waits is committed first. */
  close(): void {
    this.commitGroup();
    this.db.close();
  }
}
