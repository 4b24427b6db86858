import { Query } from 'pg';
import { serialize } from 'pg-protocol';
import { leavesConnectionSound } from './sql-errors';
import type { PgConnection, TripPart } from './trip-part';

/** What of pg 8.23's lib/query.js is needed here and is not in its types. */
const PgQuery = Query as unknown as new (config: { text: string }) => { name: string; text: string };

/**
 * Statements that go to PostgreSQL in one message and come back in one: they share a Sync, so neither side makes a system
 * call for each. To pg it is one query that is answered in parts. When one fails, PostgreSQL skips those behind it.
 */
export class Trip extends PgQuery {
  private at = 0;
  private isSent = false;

  /** @param runApart outside of a transaction: runs each alone, since the failure of one has undone them all */
  constructor(
    private readonly parts: TripPart[],
    private readonly runApart: (() => void) | undefined,
  ) {
    super({ text: '' });
  }

  /** Writes all parts to the connection, and one Sync behind them. @returns why nothing could be written */
  submit(connection: PgConnection): unknown {
    const message: Buffer[] = [];
    for (const [n, part] of this.parts.entries()) {
      try {
        part.write(message, connection);
      } catch (error) {
        this.at = n;
        return error;
      }
    }
    this.moveTo(0);
    message.push(serialize.sync());
    connection._send(Buffer.concat(message));
    this.isSent = true;
    return null;
  }

  handleRowDescription({ fields }: { fields: unknown[] }): void {
    this.parts[this.at]?.describe(fields);
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    this.parts[this.at]?.addRow(fields);
  }

  handleCommandComplete(message: object): void {
    this.parts[this.at]?.complete(message);
    this.moveTo(this.at + 1);
  }

  handleReadyForQuery(): void {
    for (const part of this.parts) part.succeed();
  }

  /** PostgreSQL's error, that of the connection, or that of a value which could not be written. */
  handleError(error: Error, connection: PgConnection): void {
    for (const { name } of this.parts) delete connection.submittedNamedStatements[name];
    if (this.runApart && this.parts.length > 1 && leavesConnectionSound(error)) return this.runApart();
    const [failed, ...skipped] = this.parts.slice(this.at);
    failed?.fail(error);
    for (const part of skipped) part.fail(skippedAfter(error));
    for (const part of this.parts.slice(0, this.at)) {
      if (this.isSent) part.succeed();
      else part.fail(skippedAfter(error));
    }
  }

  /** pg notes under the name and text of its active query what has been parsed. */
  private moveTo(at: number): void {
    this.at = at;
    const next = this.parts[at];
    if (!next) return;
    this.name = next.name;
    this.text = next.text;
  }
}

/** What PostgreSQL would say of a statement behind a failed one, had it read it: `in_failed_sql_transaction`. */
function skippedAfter(cause: Error): Error {
  return Object.assign(new Error('A statement that was sent together with this one failed.', { cause }), {
    code: '25P02',
  });
}
