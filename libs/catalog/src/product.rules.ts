import type { ProductFields } from './product.types';

/** Only what differs, before and after: what the audit trail keeps of a change. */
export function changedFields(before: ProductFields, after: ProductFields): { before: object; after: object } {
  const names = Object.keys(before) as Array<keyof ProductFields>;
  const changed = names.filter((name) => !isSame(before[name], after[name]));
  const pick = (fields: ProductFields) => Object.fromEntries(changed.map((name) => [name, fields[name]]));
  return { before: pick(before), after: pick(after) };
}

/** Both sides come out of PostgreSQL, whose jsonb has one order of keys. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
