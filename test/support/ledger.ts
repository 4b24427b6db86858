import type { TestDatabase } from './database';

/** An entry as it stands in the table: account and amount, a debit positive. */
type Line = [account: string, amountMinor: number];

/** What was posted about an order, by kind, oldest first. */
export async function postedAbout(db: TestDatabase, orderId: string): Promise<Array<[kind: string, ...lines: Line[]]>> {
  const rows = await db.sql<{ id: string; kind: string; account: string; amount: string }>(
    `SELECT t.id, t.kind, e.account, e.amount_minor AS amount
     FROM payments.ledger_transactions t JOIN payments.ledger_entries e ON e.transaction_id = t.id
     WHERE t.reference = $1 ORDER BY t.id, e.position`,
    [orderId],
  );
  const postings = new Map<string, [string, ...Line[]]>();
  for (const { id, kind, account, amount } of rows) {
    const posting = postings.get(id) ?? [kind];
    posting.push([account, Number(amount)]);
    postings.set(id, posting);
  }
  return [...postings.values()];
}

/** What the entries about an order come to in each account that is not at zero. */
export async function balancesOf(db: TestDatabase, orderId: string): Promise<Record<string, number>> {
  const balances: Record<string, number> = {};
  for (const [, ...lines] of await postedAbout(db, orderId))
    for (const [account, amount] of lines) balances[account] = (balances[account] ?? 0) + amount;
  return Object.fromEntries(Object.entries(balances).filter(([, amount]) => amount !== 0));
}
