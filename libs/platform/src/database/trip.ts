import { Query } from 'pg';
import { serialize } from 'pg-protocol';
import { leavesConnectionSound } from './sql-errors';
import type { PgConnection, TripPart } from './trip-part';

/** What of pg 8.23's lib/query.js is needed here and is not in its types. */
const PgQuery = Query as unknown as new (text: string) => { name: string; text: string };

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
    super(''); // a text: an object pg would copy, property by property, for each trip
  }

  /**
   * Writes all parts to the connection, and one Sync behind them. Inside of a transaction, what is before a part that cannot
   * be written is sent nevertheless: it may be BEGIN. @returns why nothing was written
   */
  submit(connection: PgConnection): unknown {
    const message: Buffer[] = [];
    for (const [n, part] of this.parts.entries()) {
      try {
        part.write(message, connection);
      } catch (error) {
        if (n === 0 || this.runApart) return error;
        this.parts.splice(n).forEach((unsent, behind) => unsent.fail(behind === 0 ? error : skippedAfter(error)));
        break;
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

  /** A text without a statement. */
  handleEmptyQuery(): void {
    this.moveTo(this.at + 1);
  }

  handleReadyForQuery(): void {
    for (const part of this.parts) part.succeed();
  }

  /**
   * PostgreSQL's error, that of the connection, or that of a value which could not be written. What is outside of a
   * transaction commits with the Sync, so none of it is done, not even what was completed.
   */
  handleError(error: Error, connection: PgConnection): void {
    for (const part of this.parts) part.forget(connection);
    const hasNoEffect = !this.isSent || leavesConnectionSound(error);
    if (this.runApart && this.parts.length > 1 && hasNoEffect) return this.runApart();
    for (const [n, part] of this.parts.entries()) {
      if (this.runApart || n === this.at) part.fail(error);
      else if (n < this.at) part.succeed();
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
function skippedAfter(cause: unknown): Error {
  return Object.assign(new Error('A statement that was sent together with this one failed.', { cause }), {
    code: '25P02',
  });
}
