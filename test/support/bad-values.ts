import type { Schema } from './api-document';

/** Something that a schema does not allow, somewhere in a body. */
export interface BadBody {
  what: string;
  /** The body's text; JSON knows more than JavaScript can hold, such as `1e400`. */
  text: string;
  /** The field that the refusal must name, or an outer one of it. */
  field: string;
}

type Path = Array<string | number>;

const FAR_TOO_LONG = JSON.stringify('x'.repeat(20_000));
const NUL = '"a\\u0000b"';
const LONE_SURROGATE = '"a\\ud800b"';
/** A text that turns round, a line end of another kind, no character, and one that nobody sees. */
const DISGUISED = ['"a\\u202eb"', '"a\\u2028b"', '"a\\uffffb"', '"\\u200b"', '"\\u3164"'];
const TOO_DEEP = `${'['.repeat(40)}${']'.repeat(40)}`;
const PLACE = '\u2603 here \u2603';

/** Every field of a body that is fine, made wrong in every way that its schema rules out. */
export function badBodiesOf(schema: Schema, good: unknown): BadBody[] {
  return [...badFields(schema, [])].map(({ path, what, json }) => ({
    what: `${path.join('.')}: ${what}`,
    text: json === undefined ? JSON.stringify(without(good, path)) : textWith(good, path, json),
    field: String(path[0]),
  }));
}

interface BadField {
  path: Path;
  what: string;
  /** In place of the value; undefined takes the whole field away. */
  json: string | undefined;
}

function* badFields(schema: Schema, path: Path): Generator<BadField> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = [...path, name];
    for (const json of badValuesFor(property)) yield { path: at, what: json.slice(0, 60), json };
    if (schema.required?.includes(name)) yield { path: at, what: 'missing', json: undefined };
    yield* badFields(property, at);
    if (property.items) yield* badFields(property.items, [...at, 0]);
  }
  if (path.length > 0 && schema.properties) yield { path: [...path, 'surprise'], what: 'unknown field', json: '1' };
}

/** JSON texts that the schema rules out. */
function badValuesFor(schema: Schema): string[] {
  if (schema.enum) return ['"nope"', '""', '7', 'null', '[]', '{}', NUL, FAR_TOO_LONG];
  switch (schema.type) {
    case 'integer':
      return badIntegersFor(schema);
    case 'string':
      return badStringsFor(schema);
    case 'array':
      return badArraysFor(schema);
    case 'object':
      return ['null', '"x"', '7', 'true', '[]', '[{}]', TOO_DEEP, ...badEntriesFor(schema)];
    default:
      throw new Error(`Nobody has said yet what is wrong for ${JSON.stringify(schema)}.`);
  }
}

function badIntegersFor({ minimum, maximum }: Schema): string[] {
  const bad = ['null', '"2"', '""', '1.5', '1e400', '-1e400', 'true', '[]', '[1]', '{}'];
  if (minimum !== undefined) bad.push(String(minimum - 1), '-1e15');
  if (minimum === 0 || minimum === 1) bad.push('-1', '-0.5');
  if (maximum !== undefined) bad.push('1e300', ...(maximum < 1e10 ? ['1e10', String(maximum + 1)] : []));
  return bad;
}

function badStringsFor({ format, pattern, minLength, maxLength }: Schema): string[] {
  const bad = ['null', '7', 'true', '[]', '["x"]', '{}', '{"a":1}', FAR_TOO_LONG];
  if (format !== 'password') bad.push(NUL, LONE_SURROGATE, ...DISGUISED); // any Unicode may be in a password
  if (pattern !== undefined || format === 'uuid' || format === 'email') bad.push('""', '"no such"', '"\\u00e9"');
  if (minLength !== undefined && format !== 'password') bad.push('""', '" \\t "');
  if (maxLength !== undefined && format !== 'password') bad.push(JSON.stringify('x'.repeat(maxLength + 1)));
  return bad;
}

function badArraysFor({ minItems = 0, maxItems, items = {} }: Schema): string[] {
  const bad = ['null', '{}', '"x"', '7', 'true', '{"0":{},"length":1}', TOO_DEEP, '[[]]', '[null]', '["x"]', '[7]'];
  if (minItems > 0) bad.push('[]');
  if (maxItems !== undefined) bad.push(JSON.stringify(Array(maxItems + 1).fill(items.example ?? {})));
  return bad;
}

/** For objects whose keys anybody may choose. */
function badEntriesFor({ additionalProperties, maxProperties }: Schema): string[] {
  if (typeof additionalProperties !== 'object') return [];
  const many = Object.fromEntries(Array.from({ length: (maxProperties ?? 0) + 1 }, (_, n) => [`key ${n}`, 'x']));
  const tooMany = maxProperties === undefined ? [] : [JSON.stringify(many)];
  return [...badValuesFor(additionalProperties).map((json) => `{"a":${json}}`), '{"":"x"}', `{${NUL}:"x"}`, ...tooMany];
}

function textWith(good: unknown, path: Path, json: string): string {
  const body = structuredClone(good) as Record<string | number, any>;
  parentOf(body, path)[String(path.at(-1))] = PLACE;
  return JSON.stringify(body).replace(JSON.stringify(PLACE), () => json);
}

function without(good: unknown, path: Path): unknown {
  const body = structuredClone(good) as Record<string | number, any>;
  delete parentOf(body, path)[String(path.at(-1))];
  return body;
}

/** What holds the last name of the path; made where the good body has nothing there. */
function parentOf(body: Record<string | number, any>, path: Path): Record<string | number, any> {
  return path.slice(0, -1).reduce((inner, name) => (inner[name] ??= {}), body);
}
