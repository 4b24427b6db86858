import { type DatabaseSync, type StatementSync } from 'node:sqlite';
import { metadataText, type Refund } from './charge';
import { type Page, type PageQuery, PagedTable, type Row } from './pages';

function readRefund(row: Row): Refund {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    chargeId: String(row.charge_id),
    idempotencyKey: String(row.idempotency_key),
    amount: { amount: Number(row.amount), currency: String(row.currency) },
    metadata: JSON.parse(String(row.metadata)) as Record<string, string>,
    createdAt: Number(row.created_at),
  };
}

/** All SQL about refunds. */
export class RefundRows {
  private readonly byKey: StatementSync;
  private readonly add: StatementSync;
  private readonly lists: PagedTable<Refund>;

  constructor(db: DatabaseSync) {
    this.byKey = db.prepare('SELECT * FROM refunds WHERE idempotency_key = ?');
    this.add = db.prepare(
      `INSERT INTO refunds (id, idempotency_key, charge_id, amount, currency, metadata, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.lists = new PagedTable(db, 'refunds', readRefund);
  }

  findByKey(idempotencyKey: string): Refund | null {
    const row = this.byKey.get(idempotencyKey);
    return row ? readRefund(row) : null;
  }

  /** Refunds, newest first. */
  list(filter: { chargeId?: string; idempotencyKey?: string }, query: PageQuery): Page<Refund> {
    return this.lists.page({ charge_id: filter.chargeId, idempotency_key: filter.idempotencyKey }, query);
  }

  insert(refund: Refund): void {
    const { amount, currency } = refund.amount;
    const { id, idempotencyKey, chargeId, metadata, createdAt } = refund;
    this.add.run(id, idempotencyKey, chargeId, amount, currency, metadataText(metadata), createdAt);
  }
}
