import * as pg from 'pg';
import { serialize } from 'pg-protocol';

/** A statement that somebody waits for. */
export interface Asked {
  text: string;
  values: unknown[];
  resolve(result: pg.QueryResult): void;
  reject(error: unknown): void;
  /** Whether it is no part of a transaction. */
  isAlone: boolean;
}

/** What of pg 8.23's lib/result.js is needed here and is not in its types. */
interface Result extends pg.QueryResult {
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
  addFields(fields: unknown[]): void;
  parseRow(values: unknown[]): object;
  addRow(row: object): void;
  addCommandComplete(message: object): void;
}

/** What a Result keeps of a description of columns; null: the statement has none. */
type Shape = Pick<Result, 'fields' | '_parsers' | '_prebuiltEmptyResultObject'> | null;

/** The columns of the named statements that a connection has run. */
export type Shapes = Map<string, Shape>;

/** What of pg 8.23's lib/connection.js is needed here and is not in its types. */
export interface PgConnection {
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  _send(message: Buffer): void;
}

const { Result: PgResult, utils } = pg as unknown as {
  Result: new (rowMode: undefined, types: unknown) => Result;
  utils: { prepareValue(value: unknown): unknown };
};
const ITS_PORTAL = { type: 'P' } as const;

/**
 * One named statement of a trip. It is parsed, and has its columns described, only the first time that a connection runs
 * it. After that they are known: PostgreSQL refuses a plan whose columns have changed (0A000), and the statement gets a
 * new name then. That saves about a tenth of Node's time for a read, and as much of PostgreSQL's.
 */
export class TripPart {
  private readonly result: Result;
  private failure: unknown;
  private isParsing = false;

  constructor(
    readonly name: string,
    readonly text: string,
    private readonly asked: Asked,
    private readonly shapes: Shapes,
    types: unknown,
  ) {
    this.result = new PgResult(undefined, types);
  }

  /** Adds what PostgreSQL is to be sent. @throws Error when a value has no text */
  write(message: Buffer[], { parsedStatements, submittedNamedStatements: submitted }: PgConnection): void {
    const { name: statement, text } = this;
    const bind = serialize.bind({ statement, values: this.asked.values, valueMapper: utils.prepareValue });
    if (parsedStatements[statement] === undefined && submitted[statement] === undefined) {
      message.push(serialize.parse({ name: statement, text }));
      this.isParsing = statement !== ''; // what has no name is parsed each time
      if (this.isParsing) submitted[statement] = text;
    }
    message.push(bind);
    const shape = this.shapes.get(statement);
    if (shape) Object.assign(this.result, shape);
    if (shape === undefined) message.push(serialize.describe(ITS_PORTAL));
    message.push(serialize.execute());
  }

  /** It may not have been parsed; what another trip has sent for parsing stays noted. */
  forget({ submittedNamedStatements: submitted }: PgConnection): void {
    if (this.isParsing) delete submitted[this.name];
  }

  describe(fields: unknown[]): void {
    this.result.addFields(fields);
    const { fields: described, _parsers, _prebuiltEmptyResultObject } = this.result;
    this.shapes.set(this.name, { fields: described, _parsers, _prebuiltEmptyResultObject });
  }

  addRow(values: unknown[]): void {
    if (this.failure !== undefined) return;
    try {
      this.result.addRow(this.result.parseRow(values));
    } catch (error) {
      this.failure = error;
    }
  }

  complete(message: object): void {
    this.result.addCommandComplete(message);
    if (!this.shapes.has(this.name)) this.shapes.set(this.name, null);
  }

  succeed(): void {
    if (this.failure === undefined) this.asked.resolve(this.result);
    else this.asked.reject(this.failure);
  }

  fail(error: unknown): void {
    this.asked.reject(error);
  }
}
