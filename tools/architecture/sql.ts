const NAME = String.raw`"?([a-z_]\w*)"?\."?[a-z_]\w*`;
const BEFORE_TABLE = 'from|join|into|update|only|using|table|exists|truncate|references|copy|view';
const AFTER_LIST =
  'where|join|inner|left|right|full|cross|natural|on|set|group|having|order|limit|offset|fetch|for|window|union|except|intersect|returning|when';
const TABLE_LIST = new RegExp(
  String.raw`\b(?:from|using|truncate|table)\s+([^();]*?)(?=\b(?:${AFTER_LIST})\b|[();]|$)`,
  'gi',
);
const LIST_ITEM = new RegExp(String.raw`^\s*${NAME}`, 'gi');

/**
 * The schemas of the tables that a piece of SQL names where a table stands: after `from`, `join`, `into` and so on, and
 * further along a `from a.x, b.y` list. `orders.id` elsewhere is a column of an alias, and an event is called
 * `orders.placed`: neither is a table.
 */
export function tableSchemasIn(text: string, { isMigration = false } = {}): Set<string> {
  const sql = withoutNoise(text);
  // `create index … on inventory.levels`; in a query `on` is followed by columns.
  const keywords = isMigration ? `${BEFORE_TABLE}|on` : BEFORE_TABLE;
  const schemas = matches(sql, new RegExp(String.raw`\b(?:${keywords})\s+${NAME}`, 'gi'));
  for (const [, list] of withoutCalls(sql).matchAll(TABLE_LIST)) {
    for (const item of list!.split(',').slice(1)) {
      for (const schema of matches(item, LIST_ITEM)) schemas.add(schema);
    }
  }
  return schemas;
}

/** `select inventory.hold($1)`: a function of another schema is its table by another name. */
export function functionSchemasIn(text: string): Set<string> {
  if (!/\b(select|call|perform|execute)\b/i.test(text)) return new Set();
  return matches(withoutNoise(text), new RegExp(String.raw`(?<![.\w])${NAME}"?\(`, 'gi'));
}

function matches(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, schema]) => schema!.toLowerCase()));
}

/** Comments, and the two places where `from` introduces a value instead of a table. */
function withoutNoise(sql: string): string {
  return sql
    .replace(/--.*$|\/\*[\s\S]*?\*\//gm, ' ')
    .replace(/\bdistinct\s+from\b|\b(extract|trim|substring|overlay)\s*\(\s*[\w']+\s+from\b/gi, ' ');
}

/** `unnest($1::uuid[], $2::int[])` and column lists have commas of their own; only subqueries keep their parentheses. */
function withoutCalls(sql: string): string {
  const innermost = /\((?:(?!\b(?:select|insert|update|delete|from|join)\b)[^()])*\)/gi;
  const shorter = sql.replace(innermost, ' ');
  return shorter === sql ? sql : withoutCalls(shorter);
}
