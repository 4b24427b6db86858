import { type DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Charge, type ChargeStatus, metadataText } from './charge';
import { type Page, type PageQuery, PagedTable, type Row } from './pages';

function readCharge(row: Row): Charge {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    idempotencyKey: String(row.idempotency_key),
    reference: String(row.reference),
    method: String(row.method),
    amount: { amount: Number(row.amount), currency: String(row.currency) },
    capture: row.capture === 1,
    metadata: JSON.parse(String(row.metadata)) as Record<string, string>,
    refunded: Number(row.refunded),
    status: row.status as ChargeStatus,
    failureCode: row.failure_code === null ? null : String(row.failure_code),
    calls: Number(row.calls),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

/** All SQL about charges and closed keys. */
export class ChargeRows {
  private readonly byKey: StatementSync;
  private readonly byId: StatementSync;
  private readonly upsert: StatementSync;
  private readonly closed: StatementSync;
  private readonly close: StatementSync;
  private readonly lists: PagedTable<Charge>;

  constructor(db: DatabaseSync) {
    this.byKey = db.prepare('SELECT * FROM charges WHERE idempotency_key = ?');
    this.byId = db.prepare(`SELECT * FROM charges WHERE id = ? AND status <> 'pending'`);
    this.upsert = db.prepare(
      `INSERT INTO charges (id, idempotency_key, reference, method, amount, currency, capture, metadata, refunded,
         status, failure_code, calls, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (idempotency_key) DO UPDATE SET refunded = excluded.refunded, status = excluded.status,
         failure_code = excluded.failure_code, calls = excluded.calls, updated_at = excluded.updated_at`,
    );
    this.closed = db.prepare('SELECT 1 FROM closed_keys WHERE idempotency_key = ?');
    this.close = db.prepare('INSERT OR IGNORE INTO closed_keys (idempotency_key) VALUES (?)');
    this.lists = new PagedTable(db, 'charges', readCharge);
  }

  /** The charge of a key, undecided ones included. */
  findByKey(idempotencyKey: string): Charge | null {
    const row = this.byKey.get(idempotencyKey);
    return row ? readCharge(row) : null;
  }

  /** A decided charge. */
  findById(id: string): Charge | null {
    const row = this.byId.get(id);
    return row ? readCharge(row) : null;
  }

  /** Decided charges, newest first. */
  list(filter: { reference?: string; idempotencyKey?: string }, query: PageQuery): Page<Charge> {
    const where = { reference: filter.reference, idempotency_key: filter.idempotencyKey };
    return this.lists.page(where, query, `status <> 'pending'`);
  }

  /** Inserts the charge, or writes what can change of it. */
  put(charge: Charge): void {
    const { amount, currency } = charge.amount;
    this.upsert.run(
      charge.id,
      charge.idempotencyKey,
      charge.reference,
      charge.method,
      amount,
      currency,
      charge.capture ? 1 : 0,
      metadataText(charge.metadata),
      charge.refunded,
      charge.status,
      charge.failureCode,
      charge.calls,
      charge.createdAt,
      charge.updatedAt,
    );
  }

  /** True for a key that was voided before any charge came with it. */
  isClosed(idempotencyKey: string): boolean {
    return this.closed.get(idempotencyKey) !== undefined;
  }

  /** Closes a key that no charge has used. */
  closeKey(idempotencyKey: string): void {
    this.close.run(idempotencyKey);
  }
}
