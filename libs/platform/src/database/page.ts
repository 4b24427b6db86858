import { validationFailed } from '@platform/errors';

/** One page of a list, as the contract shows it. */
export interface Page<Item> {
  data: Item[];
  page: { limit: number; nextCursor: string | null };
}

/** Where a list goes on: the sort values of the last row that was shown. */
export type CursorValues = Array<string | number>;

const MAX_CURSOR_LENGTH = 512;

/**
 * Cuts a list that was read with `limit + 1` rows into a page.
 * @param cursorOf the sort values by which the next page's query continues behind this row
 */
export function toPage<Row>(rows: Row[], limit: number, cursorOf: (row: Row) => CursorValues): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null;
  return { data, page: { limit, nextCursor } };
}

function encodeCursor(values: CursorValues): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * The values inside a cursor that a client sent back.
 * @param kinds the type of each value, e.g. `['string', 'uuid']`
 * @throws AppError `validation_failed` for anything that `toPage` did not make
 */
export function decodeCursor(cursor: string, kinds: Array<'string' | 'number' | 'uuid' | 'time'>): CursorValues {
  const values = cursor.length <= MAX_CURSOR_LENGTH ? parse(cursor) : undefined;
  const fits =
    Array.isArray(values) && values.length === kinds.length && kinds.every((kind, at) => matches(kind, values[at]));
  if (!fits)
    throw validationFailed([{ field: 'cursor', code: 'cursor', message: 'cursor is not one that this list gave' }]);
  return values as CursorValues;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function matches(kind: 'string' | 'number' | 'uuid' | 'time', value: unknown): boolean {
  if (kind === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (kind === 'uuid') return UUID.test(value);
  return kind === 'string' || isTime(value);
}

/** As Date.toISOString writes it; Date.parse alone takes texts that PostgreSQL refuses. */
function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
