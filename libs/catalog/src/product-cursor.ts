import { decodeCursor, type CursorValues } from '@platform/database';
import { validationFailed } from '@platform/errors';
import { orderOf, type ProductSort } from './product-list.rules';

/** The last row of the page before. */
export interface Position {
  key: string | number | Date;
  id: string;
}

/** What goes into the cursor behind a row: its position, and the order in which it is one. */
export function toCursor(sort: ProductSort, { key, id }: Position): CursorValues {
  return [sort, key instanceof Date ? key.toISOString() : key, id];
}

/** @throws AppError `validation_failed` for a cursor that is none, or one of a list in another order */
export function fromCursor(cursor: string, sort: ProductSort): Position {
  const { kind } = orderOf(sort);
  const [sortOfCursor, key, id] = decodeCursor(cursor, ['string', kind, 'uuid']) as [string, string | number, string];
  const position = { key: kind === 'time' ? new Date(key) : key, id };
  if (sortOfCursor === sort && isStorable(position.key)) return position;
  throw validationFailed([{ field: 'cursor', code: 'cursor', message: 'cursor is one of a list in another order' }]);
}

/** JavaScript knows times long before PostgreSQL's first. */
function isStorable(key: Position['key']): boolean {
  return !(key instanceof Date) || key.getUTCFullYear() > 0;
}
