import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

const LAG_SECONDS = 60;

/**
 * A transaction that is open now may still commit entries, with ids from after its own beginning: nothing younger than
 * the oldest of them is closed. The lag is for those that have begun and do not show yet.
 */
const FIND_END = `
  SELECT payments.first_id_at(least(clock_timestamp() - make_interval(secs => $1), min(xact_start))) AS end
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;

const CLOSE = `
  INSERT INTO payments.ledger_balances AS closed (account, currency, balance_minor, closed_before)
  SELECT a.code, a.currency, coalesce(before.balance_minor, 0) + coalesce((
    SELECT sum(entry.amount_minor) FROM payments.ledger_entries entry
    WHERE entry.account = a.code AND entry.currency = a.currency AND entry.transaction_id < $1
      AND entry.transaction_id >= coalesce(before.closed_before, '00000000-0000-0000-0000-000000000000')
  ), 0), $1
  FROM payments.ledger_accounts a
  LEFT JOIN payments.ledger_balances before ON before.account = a.code AND before.currency = a.currency
  WHERE before.closed_before IS NULL OR before.closed_before < $1
  ORDER BY a.code, a.currency
  ON CONFLICT (account, currency) DO UPDATE
  SET balance_minor = excluded.balance_minor, closed_before = excluded.closed_before, updated_at = now()
  WHERE closed.closed_before < excluded.closed_before`;

/**
 * Closes the ledger up to a moment ago: adds old entries up, so that a balance is that sum and the entries since. The
 * database refuses entries in what is closed. Several workers may do so at once.
 */
@Injectable()
export class LedgerClosing {
  constructor(private readonly uow: UnitOfWork) {}

  /** @param lagSeconds how far behind now at the least; @returns how many accounts were moved on */
  async close(lagSeconds = LAG_SECONDS): Promise<number> {
    const [found] = await this.uow.sql<{ end: string }>(FIND_END, [lagSeconds]);
    // A statement of its own: it sees what was committed before the look at who is still at work.
    return this.uow.execute(CLOSE, [found?.end]);
  }
}
