import type { BookCheck } from '@platform/books';
import { CALLS_BEFORE_ALARM } from './payment.rules';

/** Money that has moved, as its own table has it and as the ledger has it. */
interface Posted {
  table: string;
  /** What is older than the ledger is looked at once this has come by. */
  backfill: string;
  kinds: string;
  /** Which way customers are owed by it. */
  sign: '+' | '-';
}

/** Money that has moved without the ledger saying the same of it, or the other way round. */
const unequallyPosted = ({ table, backfill, kinds, sign }: Posted) => `
  SELECT coalesce(money.id, posted.ref_id) AS id
  FROM (SELECT id, amount_minor, currency FROM ${table} WHERE status = 'succeeded') money
  FULL JOIN (
    SELECT posting.ref_id, ${sign}sum(entry.amount_minor) AS amount_minor, min(entry.currency) AS currency
    FROM payments.ledger_transactions posting JOIN payments.ledger_entries entry ON entry.transaction_id = posting.id
    WHERE posting.kind IN (${kinds}) AND entry.account = 'customers'
    GROUP BY posting.ref_id HAVING sum(entry.amount_minor) <> 0
  ) posted ON posted.ref_id = money.id
  WHERE (money.amount_minor IS DISTINCT FROM posted.amount_minor OR money.currency IS DISTINCT FROM posted.currency)
    AND coalesce(money.id, posted.ref_id) <= (SELECT platform.backfilled_until('${backfill}'))`;

const CAPTURES: Posted = { table: 'payments.payments', backfill: 'payments.captures', kinds: `'capture'`, sign: '-' };
const REFUNDS: Posted = {
  table: 'payments.refunds',
  backfill: 'payments.refunds',
  kinds: `'refund', 'refund_reversal'`,
  sign: '+',
};

/** What must be true of payments, refunds and the ledger. */
export const PAYMENTS_CHECKS: BookCheck[] = [
  {
    name: 'payments.one_live_payment',
    rule: 'At most one payment of a reference is under way or has succeeded.',
    sql: `SELECT reference AS id FROM payments.payments WHERE status IN ('processing', 'authorized', 'succeeded')
      GROUP BY reference HAVING count(*) > 1`,
  },
  {
    name: 'payments.refunds_add_up',
    rule: 'What a payment says of its refunds is what the refunds say, in its currency, and never more than was paid.',
    sql: `SELECT payment.id FROM payments.payments payment
      LEFT JOIN (
        SELECT payment_id, sum(amount_minor) FILTER (WHERE status = 'succeeded') AS refunded,
          sum(amount_minor) FILTER (WHERE status <> 'failed') AS requested, min(currency) AS currency,
          count(DISTINCT currency) AS currencies
        FROM payments.refunds GROUP BY payment_id
      ) refund ON refund.payment_id = payment.id
      WHERE payment.refunded_minor <> coalesce(refund.refunded, 0)
        OR payment.refund_requested_minor <> coalesce(refund.requested, 0)
        OR payment.refund_requested_minor > payment.amount_minor
        OR refund.currencies > 1 OR refund.currency <> payment.currency`,
  },
  {
    name: 'payments.answers_name_refunds',
    rule: 'Every refund that a stored answer tells of exists, and two keys never tell of one and the same (of the last 15 minutes).',
    sql: `SELECT min(key_id) AS id FROM (
        SELECT key_id, (told ->> 'id')::uuid AS refund_id FROM platform.latest_answers(202) WHERE told ? 'paymentId') answer
      LEFT JOIN payments.refunds refund ON refund.id = refund_id
      GROUP BY refund_id HAVING count(*) > 1 OR count(refund.id) = 0`,
  },
  {
    name: 'payments.outcomes_are_audited',
    rule: 'The outcome of every payment and refund, once it is known, is in the audit log.',
    sql: `SELECT id FROM payments.payments
      WHERE status <> 'processing' AND 'payments.' || status NOT IN (SELECT platform.audited_actions(id::text))
      UNION ALL
      SELECT payment_id FROM payments.refunds WHERE status <> 'processing'
      GROUP BY payment_id HAVING count(*) <> (SELECT count(*) FROM platform.audited_actions(payment_id::text) AS action
        WHERE action IN ('payments.refunded', 'payments.refund_failed'))`,
  },
  {
    name: 'payments.outcomes_are_known',
    rule: 'No payment or refund is under way for longer than an hour.',
    sql: `SELECT id FROM payments.payments WHERE status = 'processing' AND created_at < now() - interval '1 hour'
      UNION ALL SELECT id FROM payments.refunds WHERE status = 'processing' AND created_at < now() - interval '1 hour'`,
  },
  {
    name: 'payments.decisions_are_done',
    rule: 'What was decided of an authorized payment is done before its gateway was asked a hundred times, over most of a day.',
    sql: `SELECT id FROM payments.payments WHERE wanted IS NOT NULL AND calls >= ${CALLS_BEFORE_ALARM}`,
  },
  {
    name: 'payments.captures_are_posted',
    rule: 'Every payment that has succeeded is in the ledger once, with its amount, and nothing else is.',
    sql: unequallyPosted(CAPTURES),
  },
  {
    name: 'payments.refunds_are_posted',
    rule: 'Every refund that has succeeded is in the ledger once, with its amount; what has come back is reversed.',
    sql: unequallyPosted(REFUNDS),
  },
  {
    name: 'payments.cash_is_what_moved',
    rule: 'What customers have paid or got back is what the cash at a gateway has moved by.',
    sql: `SELECT posting.id FROM payments.ledger_transactions posting
      JOIN payments.ledger_entries entry ON entry.transaction_id = posting.id
      WHERE posting.kind IN ('capture', 'refund', 'refund_reversal') GROUP BY posting.id
      HAVING coalesce(sum(entry.amount_minor) FILTER (WHERE entry.account LIKE 'cash:%'), 0)
        + coalesce(sum(entry.amount_minor) FILTER (WHERE entry.account = 'customers'), 0) <> 0`,
  },
  {
    name: 'payments.ledger_balances',
    rule: 'Every ledger transaction has two entries or more, which come to zero in each currency.',
    sql: `SELECT posting.id FROM payments.ledger_transactions posting
      LEFT JOIN payments.ledger_entries entry ON entry.transaction_id = posting.id
      GROUP BY posting.id HAVING count(entry.position) < 2
      UNION SELECT transaction_id FROM payments.ledger_entries
      GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0`,
  },
  {
    name: 'payments.ledger_is_whole',
    rule: 'Every ledger entry belongs to a transaction and to an account of its currency.',
    sql: `SELECT entry.transaction_id || ' ' || entry.position AS id FROM payments.ledger_entries entry
      LEFT JOIN payments.ledger_transactions posting ON posting.id = entry.transaction_id
      LEFT JOIN payments.ledger_accounts account ON account.code = entry.account AND account.currency = entry.currency
      WHERE posting.id IS NULL OR account.code IS NULL`,
  },
  {
    name: 'payments.closed_balances_agree',
    rule: 'The balance up to which an account is closed is the sum of its entries until then.',
    sql: `SELECT closed.account || ' ' || closed.currency AS id FROM payments.ledger_balances closed
      WHERE closed.balance_minor <> (
        SELECT coalesce(sum(entry.amount_minor), 0) FROM payments.ledger_entries entry
        WHERE entry.account = closed.account AND entry.currency = closed.currency
          AND entry.transaction_id < closed.closed_before)`,
  },
];
