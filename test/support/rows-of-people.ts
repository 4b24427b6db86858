import type { TestDatabase } from './database';

/** A column that says to whom its row belongs, from the catalogue. */
export interface OwnerColumn {
  table: string;
  column: string;
}

const LIST = `
  SELECT DISTINCT c.oid::regclass::text AS table, a.attname AS column
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'users.users'::regclass
    AND a.attnum = ANY (f.conkey)
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND (f.oid IS NOT NULL OR a.attname ~ '^(user|owner|buyer|customer|person|account)_id$')
  ORDER BY 1, 2`;

const REQUIRED = `
  SELECT a.attname AS column, format_type(a.atttypid, NULL) AS type
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND d.oid IS NULL`;

/** Something of each type that no other row has. */
const ANY_VALUE: Record<string, string> = {
  uuid: 'uuidv7()',
  text: `'any ' || uuidv7()`,
  bytea: 'sha256(uuidv7()::text::bytea)',
  boolean: 'false',
  'text[]': `'{any}'`,
};

/** Every column of the database that names a person, by its name or by a foreign key. */
export function ownerColumns(db: TestDatabase): Promise<OwnerColumn[]> {
  return db.sql<OwnerColumn>(LIST);
}

export async function countRows(db: TestDatabase, { table, column }: OwnerColumn, userId: string): Promise<number> {
  const [row] = await db.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${column} = $1`, [userId]);
  return row?.n ?? 0;
}

/** Gives somebody a row in this table, whatever it is for: only what must be there is filled in. */
export async function insertAnyRow(db: TestDatabase, { table, column }: OwnerColumn, userId: string): Promise<void> {
  const others = (await db.sql<{ column: string; type: string }>(REQUIRED, [table])).filter(
    (required) => required.column !== column,
  );
  const valueOf = (type: string) => ANY_VALUE[type] ?? (/time|date/.test(type) ? `now() + interval '1 day'` : '1');
  const names = [column, ...others.map((other) => other.column)];
  const values = ['$1', ...others.map(({ type }) => valueOf(type))];
  await db.sql(`INSERT INTO ${table} (${names.join()}) VALUES (${values.join()})`, [userId]);
}
