import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Client, type QueryConfig, type QueryResult } from 'pg';
import { ShapedQuery, type Shapes } from './shaped-query';

const MAX_NAMES = 500; // one costs about 9.5 kB of backend memory on each connection
const names = new Map<string, string>();

type Query = (text: unknown, values?: unknown, callback?: unknown) => Promise<QueryResult>;
const run = Client.prototype.query as unknown as (this: Client, query: ShapedQuery) => void;

/**
 * A pg client that names every distinct SQL text, so that PostgreSQL parses, plans and describes it once per connection; this
 * halves PostgreSQL's part of an ordinary request. After a migration a named plan may be stale for ever on its
 * connection (0A000, 26000): then all names of the connection move to a new generation. Outside a transaction the
 * statement is run again at once; inside, the unit of work starts over.
 */
export class NamedStatementClient extends Client {
  private generation = 0;
  private isCorked = false;
  private readonly shapes: Shapes = new Map();

  // pg's own typing of query() is a wide overload set; this is the one door through which all of it passes.
  override query = ((text: unknown, values?: unknown, callback?: unknown) => {
    this.gatherWrites();
    const plain = Client.prototype.query.bind(this) as unknown as Query;
    if (typeof text !== 'string' || !Array.isArray(values) || callback) return plain(text, values, callback);
    const name = nameOf(text);
    return name === undefined ? plain(text, values) : this.runNamed(name, text, values);
  }) as unknown as Client['query'];

  /** All statements that are sent before the event loop turns leave in one system call: a third of Node's time. */
  private gatherWrites(): void {
    if (this.isCorked) return;
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    this.isCorked = true;
    stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }

  private async runNamed(name: string, text: string, values: unknown[]): Promise<QueryResult> {
    const startedIn = this.generation;
    try {
      return await this.runShaped(this.statement(name, text, values));
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      if (this.generation === startedIn) this.generation++;
      if (this.getTransactionStatus() !== 'I') throw error;
      return this.runShaped(this.statement(name, text, values));
    }
  }

  private runShaped(statement: QueryConfig): Promise<QueryResult> {
    return new Promise<QueryResult>((resolve, reject) => {
      const done = (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result as QueryResult));
      run.call(this, new ShapedQuery(statement, done, this.shapes));
    }).catch((error: Error) => {
      Error.captureStackTrace(error); // from who asked, not from the socket
      throw error;
    });
  }

  /** The comment makes the text new as well: a pooler such as PgBouncer keys statements by text, not by name. */
  private statement(name: string, text: string, values: unknown[]) {
    if (this.generation === 0) return { name, text, values };
    return { name: `${name}_${this.generation}`, text: `${text} /*g${this.generation}*/`, values };
  }
}

function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (name === undefined && names.size < MAX_NAMES) {
    name = `s${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
    names.set(text, name);
  }
  return name;
}

/** Whether a prepared statement no longer fits the schema, as after a migration or a DEALLOCATE. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
