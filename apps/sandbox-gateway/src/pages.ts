import { type DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/** Where a list continues and how long it may get; newest rows come first. */
export interface PageQuery {
  /** Only rows with a smaller `seq`. */
  readonly before?: number;
  /** 1 to 100. */
  readonly limit: number;
}

/** A part of a list, and the `seq` from which the next part continues, or null at the end. */
export interface Page<T> {
  readonly rows: T[];
  readonly next: number | null;
}

/** A row as SQLite returns it. */
export type Row = Record<string, SQLOutputValue>;

/** Reads one table in pages, newest first, filtered by equality. Column names come from code, never from a request. */
export class PagedTable<T extends { readonly seq: number }> {
  private readonly statements = new Map<string, StatementSync>();

  constructor(
    private readonly db: DatabaseSync,
    private readonly table: string,
    private readonly read: (row: Row) => T,
  ) {}

  /** Undefined values in `where` don't filter. `always` is a fixed extra condition. */
  page(where: Readonly<Record<string, string | undefined>>, query: PageQuery, always = 'TRUE'): Page<T> {
    const given = Object.entries(where).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const conditions = [always, 'seq < ?', ...given.map(([column]) => `${column} = ?`)].join(' AND ');
    const values: SQLInputValue[] = [
      query.before ?? Number.MAX_SAFE_INTEGER,
      ...given.map(([, value]) => value),
      query.limit + 1,
    ];
    const sql = `SELECT * FROM ${this.table} WHERE ${conditions} ORDER BY seq DESC LIMIT ?`;
    const rows = this.statement(sql)
      .all(...values)
      .map(this.read);
    const hasMore = rows.length > query.limit;
    if (hasMore) rows.pop();
    return { rows, next: hasMore ? (rows.at(-1)?.seq ?? null) : null };
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const made = this.db.prepare(sql);
    this.statements.set(sql, made);
    return made;
  }
}
