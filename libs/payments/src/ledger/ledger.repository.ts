import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { ACCOUNTS, typeOf, type CreditableRefund, type PostedNote } from './ledger.rules';
import type { EntryFilter, LedgerAccount, LedgerEntry, Posting, PostingLine } from './ledger.types';

/** A posting that was made before is passed over, with its lines: whoever posts twice has posted once. */
const POST = `
  posted AS (
    INSERT INTO payments.ledger_transactions (kind, ref_id, reference)
    SELECT kind, ref_id, reference FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS given (kind, ref_id, reference)
    ON CONFLICT ON CONSTRAINT ledger_transactions_once DO NOTHING
    RETURNING id, kind, ref_id
  )
  INSERT INTO payments.ledger_entries (transaction_id, position, account, currency, amount_minor)
  SELECT posted.id, line.position, line.account, line.currency, line.amount_minor
  FROM unnest($4::text[], $5::uuid[], $6::smallint[], $7::text[], $8::text[], $9::bigint[])
    AS line (kind, ref_id, position, account, currency, amount_minor)
  JOIN posted USING (kind, ref_id)`;

const OPEN_AND_POST = `
  WITH opened AS (
    INSERT INTO payments.ledger_accounts (code, currency, type)
    SELECT DISTINCT * FROM unnest($7::text[], $8::text[], $10::text[]) ON CONFLICT DO NOTHING
  ), ${POST}`;

const UNPOSTED = `
  SELECT reference FROM unnest($1::uuid[]) AS given (reference)
  WHERE NOT EXISTS (SELECT FROM payments.ledger_transactions sold WHERE sold.kind = 'sale' AND sold.ref_id = given.reference)
    OR EXISTS (
      SELECT FROM payments.payments payment JOIN payments.refunds refund ON refund.payment_id = payment.id
      WHERE payment.reference = given.reference AND refund.status = 'succeeded' AND NOT EXISTS (
        SELECT FROM payments.ledger_transactions note WHERE note.kind = 'credit_note' AND note.ref_id = refund.id))`;

const NOTES_TO_REVERSE = `
  SELECT note.ref_id AS "refId", entry.account, entry.currency, entry.amount_minor AS "amountMinor"
  FROM payments.ledger_transactions note
  JOIN payments.refunds refund ON refund.id = note.ref_id AND refund.status = 'failed'
  JOIN payments.ledger_entries entry ON entry.transaction_id = note.id
  WHERE note.reference = $1 AND note.kind = 'credit_note' AND NOT EXISTS (
    SELECT FROM payments.ledger_transactions t WHERE t.kind = 'credit_note_reversal' AND t.ref_id = note.ref_id)
  ORDER BY note.id, entry.position`;

/** Closed balances, and the entries since. */
const ACCOUNT = `a.code, a.currency, a.type, a.created_at AS "createdAt",
  (coalesce(closed.balance_minor, 0) + coalesce((
    SELECT sum(entry.amount_minor) FROM payments.ledger_entries entry
    WHERE entry.account = a.code AND entry.currency = a.currency
      AND entry.transaction_id >= coalesce(closed.closed_before, '00000000-0000-0000-0000-000000000000')
  ), 0))::bigint AS "balanceMinor"`;

const ENTRY = `entry.transaction_id AS "transactionId", entry.position, entry.account, entry.currency,
  entry.amount_minor AS "amountMinor", posting.kind, posting.ref_id AS "refId", posting.reference,
  posting.posted_at AS "postedAt"`;

/** The ledger's accounts, transactions and entries: written once, never changed. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Leaves with COMMIT, all postings of a transaction in one statement. @param mustOpen accounts may be new */
  queuePosting(posting: Posting, mustOpen: boolean): void {
    this.uow.gather('ledger', { posting, mustOpen }, (rows: Array<{ posting: Posting; mustOpen: boolean }>) => {
      const postings = inOrder(onlyFirst(rows.map((row) => row.posting)));
      const isOpening = rows.some((row) => row.mustOpen);
      const values = toColumns(postings);
      if (!isOpening) return { text: `WITH ${POST}`, values };
      return { text: OPEN_AND_POST, values: [...values, linesOf(postings).map(({ account }) => typeOf(account))] };
    });
  }

  /** Refunds of a reference that have succeeded, in the order of their making. */
  listCreditable(reference: string): Promise<CreditableRefund[]> {
    return this.uow.sql<CreditableRefund>(
      `SELECT refund.id, refund.amount_minor AS "amountMinor", (
         SELECT coalesce(sum(entry.amount_minor) FILTER (WHERE entry.account = '${ACCOUNTS.tax}'), 0)::bigint
         FROM payments.ledger_transactions t JOIN payments.ledger_entries entry ON entry.transaction_id = t.id
         WHERE t.kind = 'credit_note' AND t.ref_id = refund.id HAVING count(*) > 0) AS "creditedTaxMinor"
       FROM payments.refunds refund JOIN payments.payments payment ON payment.id = refund.payment_id
       WHERE payment.reference = $1 AND refund.status = 'succeeded' ORDER BY refund.id`,
      [reference],
    );
  }

  /** Credit notes of a reference whose refund has come back, and that are not reversed yet. */
  async listNotesToReverse(reference: string): Promise<PostedNote[]> {
    const rows = await this.uow.sql<PostingLine & { refId: string }>(NOTES_TO_REVERSE, [reference]);
    const notes = Map.groupBy(rows, ({ refId }) => refId);
    return [...notes].map(([refId, found]) => ({
      refId,
      reference,
      lines: found.map(({ account, currency, amountMinor }) => ({ account, currency, amountMinor })),
    }));
  }

  /** Of these references those that have no sale, or a refund that has succeeded and has no credit note. */
  async listUnposted(references: string[]): Promise<string[]> {
    const rows = await this.uow.sql<{ reference: string }>(UNPOSTED, [references]);
    return rows.map(({ reference }) => reference);
  }

  /** Whether what is paid for by this reference has been posted as sold. */
  async hasSale(reference: string): Promise<boolean> {
    const text = `SELECT FROM payments.ledger_transactions WHERE kind = 'sale' AND ref_id = $1`;
    return (await this.uow.sql(text, [reference])).length > 0;
  }

  /** By code and currency, after the one named. */
  listAccounts(afterCode: string, afterCurrency: string, limit: number): Promise<LedgerAccount[]> {
    return this.uow.sql<LedgerAccount>(
      `SELECT ${ACCOUNT} FROM payments.ledger_accounts a
       LEFT JOIN payments.ledger_balances closed ON closed.account = a.code AND closed.currency = a.currency
       WHERE (a.code, a.currency) > ($1, $2) ORDER BY a.code, a.currency LIMIT $3`,
      [afterCode, afterCurrency, limit],
    );
  }

  /** Newest first, behind the one named. Times narrow the ids, which hold them. */
  listEntries(
    { account, reference, from, to }: EntryFilter,
    before: { transactionId: string; position: number },
    limit: number,
  ): Promise<LedgerEntry[]> {
    const ofReference = `entry.transaction_id = ANY(ARRAY(
      SELECT id FROM payments.ledger_transactions WHERE reference = $2))`;
    const text = `SELECT ${ENTRY} FROM payments.ledger_entries entry
      JOIN payments.ledger_transactions posting ON posting.id = entry.transaction_id
      WHERE ${account === null ? '$1::text IS NULL' : 'entry.account = $1'}
        AND ${reference === null ? '$2::uuid IS NULL' : ofReference}
        AND entry.transaction_id >= payments.first_id_at(coalesce($3::timestamptz, 'epoch'))
        AND entry.transaction_id < coalesce(payments.first_id_at($4::timestamptz), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        AND (entry.transaction_id, entry.position) < ($5::uuid, $6::bigint)
      ORDER BY entry.transaction_id DESC, entry.position DESC LIMIT $7`;
    return this.uow.sql<LedgerEntry>(text, [
      account,
      reference,
      from,
      to,
      before.transactionId,
      before.position,
      limit,
    ]);
  }
}

/** Money that is paid and sold in one transaction is paid first, whichever of the two was queued before the other. */
function inOrder(postings: Posting[]): Posting[] {
  return postings.toSorted((a, b) => Number(b.kind === 'capture') - Number(a.kind === 'capture'));
}

/** Two listeners of one transaction may each have posted the same, as neither sees what the other has queued. */
function onlyFirst(postings: Posting[]): Posting[] {
  const seen = new Map<string, Posting>();
  for (const posting of postings) {
    const key = `${posting.kind} ${posting.refId}`;
    if (!seen.has(key)) seen.set(key, posting);
  }
  return [...seen.values()];
}

type Line = Posting['lines'][number] & { posting: Posting; position: number };

function linesOf(postings: Posting[]): Line[] {
  return postings.flatMap((posting) => posting.lines.map((line, at) => ({ ...line, posting, position: at + 1 })));
}

function toColumns(postings: Posting[]): unknown[] {
  const lines = linesOf(postings);
  return [
    postings.map(({ kind }) => kind),
    postings.map(({ refId }) => refId),
    postings.map(({ reference }) => reference),
    lines.map(({ posting }) => posting.kind),
    lines.map(({ posting }) => posting.refId),
    lines.map(({ position }) => position),
    lines.map(({ account }) => account),
    lines.map(({ currency }) => currency),
    lines.map(({ amountMinor }) => amountMinor),
  ];
}
