import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryResult } from 'pg';
import { isStalePlan } from './sql-errors';
import { Trip } from './trip';
import { TripPart, type Asked, type Shapes } from './trip-part';

const MAX_NAMES = 500; // one costs about 9.5 kB of backend memory on each connection

/** Statements after which one is inside of a transaction, or not. They have names in any case: all of them are seen. */
const CONTROL: Record<string, boolean> = { BEGIN: true, COMMIT: false, ROLLBACK: false };
const names = new Map(Object.keys(CONTROL).map((text) => [text, hashOf(text)]));

type Query = (text: unknown, values?: unknown, callback?: unknown) => Promise<QueryResult>;
/** What of pg 8.23's client is needed here and is not in its types. */
interface Inside {
  connection: { stream: Socket };
  _getActiveQuery(): unknown;
  _sentQueryQueue: unknown[];
}

const submit = Client.prototype.query as unknown as (this: Client, trip: Trip) => void;

/**
 * A pg client that names every distinct SQL text, so that PostgreSQL parses, plans and describes it once per connection; this
 * halves PostgreSQL's part of an ordinary request. All statements that are asked for before the event loop turns make one
 * trip. After a migration a named plan may be stale for ever on its connection (0A000, 26000): then all names of the
 * connection move to a new generation. Outside a transaction the statement is run again at once; inside, the unit of
 * work starts over.
 */
export class NamedStatementClient extends Client {
  private generation = 0;
  private isInside = false;
  private waiting: Asked[] = [];
  private readonly shapes: Shapes = new Map();
  private readonly types = (this as unknown as { _types: unknown })._types;
  private readonly silenceMs: number | undefined;
  private watched: Socket | undefined;

  /** `silenceMs`: a server that owes an answer and says nothing for so long is gone, and the connection with it. */
  constructor(config: ClientConfig & { silenceMs?: number }) {
    super(config);
    this.silenceMs = config.silenceMs;
  }

  // pg's own typing of query() is a wide overload set; this is the one door through which all of it passes.
  override query = ((text: unknown, values?: unknown, callback?: unknown) => {
    if (typeof text === 'string' && Array.isArray(values) && !callback && nameOf(text)) return this.ask(text, values);
    this.leave(); // in the order in which it was asked for
    return (Client.prototype.query.bind(this) as unknown as Query)(text, values, callback);
  }) as unknown as Client['query'];

  private async ask(text: string, values: unknown[], isSecondTry = false): Promise<QueryResult> {
    const startedIn = this.generation;
    const { promise, ...answer } = Promise.withResolvers<QueryResult>();
    const asked: Asked = { text, values, ...answer, isAlone: true };
    if (this.waiting.length === 0) process.nextTick(() => this.leave());
    this.waiting.push(asked);
    try {
      return await promise;
    } catch (error) {
      Error.captureStackTrace(error as Error); // from who asked, not from the socket
      if (!isStalePlan(error)) throw error;
      if (this.generation === startedIn) this.generation++;
      if (isSecondTry || !asked.isAlone) throw error;
      return this.ask(text, values, true);
    }
  }

  /** Sends what waits. */
  private leave(): void {
    const asked = this.waiting.splice(0);
    if (asked.length === 0) return;
    const controls = asked.map(({ text }) => CONTROL[text]).filter((inside) => inside !== undefined);
    const isInside = this.isInside || controls.length > 0 || this.getTransactionStatus() !== 'I';
    this.isInside = controls.at(-1) ?? this.isInside;
    for (const one of asked) one.isAlone = !isInside;
    this.send(asked, isInside);
  }

  private send(asked: Asked[], isInside: boolean): void {
    const runApart = () => asked.forEach((one) => this.send([one], isInside));
    const parts = asked.map((one) => this.toPart(one));
    submit.call(this, new Trip(parts, isInside ? undefined : runApart));
    this.watchForSilence();
  }

  private watchForSilence(): void {
    const inside = this as unknown as Inside;
    const { stream } = inside.connection;
    if (this.silenceMs === undefined || stream === this.watched) return;
    this.watched = stream;
    stream.setTimeout(this.silenceMs).on('timeout', () => {
      const owesAnAnswer = inside._getActiveQuery() || inside._sentQueryQueue.length > 0;
      if (owesAnAnswer) stream.destroy(new Error('Connection terminated: PostgreSQL says nothing any more'));
    });
  }

  /** The comment makes the text new as well: a pooler such as PgBouncer keys statements by text, not by name. */
  private toPart(asked: Asked): TripPart {
    const [name, text] = [nameOf(asked.text) ?? '', asked.text];
    if (text === 'BEGIN') return new TripPart('', text, asked, this.shapes, this.types); // never forgotten, so never stale
    if (this.generation === 0) return new TripPart(name, text, asked, this.shapes, this.types);
    const again = [`${name}_${this.generation}`, `${text} /*g${this.generation}*/`] as const;
    return new TripPart(...again, asked, this.shapes, this.types);
  }
}

function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (name === undefined && names.size < MAX_NAMES) {
    name = hashOf(text);
    names.set(text, name);
  }
  return name;
}

function hashOf(text: string): string {
  return `s${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
}
