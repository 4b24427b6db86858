import { Client } from 'pg';
import { KEEP_ALIVE } from '@platform/database';
import type { BookCheck } from './book-check';

const CONNECT_MS = 10_000;

/** What a check has found. */
export interface CheckOutcome {
  name: string;
  rule: string;
  /** How many break the rule; null when the check itself could not be made, or not in time. */
  count: number | null;
  /** Some of them. */
  ids: string[];
}

/** How long the books may take, and how much they tell. */
export interface ExamineOptions {
  /** For one check; one that takes longer is given up. */
  timeoutSeconds: number;
  /** How many ids of each check are told. */
  shown: number;
}

/**
 * Makes all checks in one read-only transaction, so that they see one moment. On a connection of its own, past a pooler:
 * what takes long must not take one from requests.
 */
export async function examineBooks(
  databaseUrl: string,
  checks: readonly BookCheck[],
  { timeoutSeconds, shown }: ExamineOptions,
): Promise<CheckOutcome[]> {
  const options = `-c statement_timeout=${timeoutSeconds * 1_000} -c timezone=UTC`;
  const client = new Client({
    ...{ connectionString: databaseUrl, options, application_name: 'countinghouse books', ...KEEP_ALIVE },
    ...{ connectionTimeoutMillis: CONNECT_MS, query_timeout: timeoutSeconds * 1_000 + CONNECT_MS },
  });
  client.on('error', () => undefined); // the query that was under way says it too
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const outcomes = await runChecks(client, checks, shown);
    await client.query('COMMIT');
    return outcomes;
  } finally {
    await client.end();
  }
}

/** Makes the checks one by one in the transaction that `client` has open; a savepoint keeps one from failing the rest. */
export async function runChecks(
  client: Pick<Client, 'query'>,
  checks: readonly BookCheck[],
  shown: number,
): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const { name, rule, sql } of checks) {
    await client.query('SAVEPOINT one_check');
    try {
      const text = `WITH offending AS MATERIALIZED (${sql})
        SELECT (SELECT count(*)::int FROM offending) AS count, ARRAY(SELECT id::text FROM offending ORDER BY 1 LIMIT $1) AS ids`;
      const { rows } = await client.query<{ count: number; ids: string[] }>(text, [shown]);
      outcomes.push({ name, rule, count: rows[0]?.count ?? 0, ids: rows[0]?.ids ?? [] });
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error; // the connection is gone
      outcomes.push({ name, rule, count: null, ids: [] });
    }
    await client.query('ROLLBACK TO SAVEPOINT one_check');
  }
  return outcomes;
}
