import type { Operation, Parameter } from './api-document';
import { badBodiesOf } from './bad-values';
import { pathOf, type BadRequest } from './refusals';

const RANDOM = '01900000-0000-7000-8000-0000000000ff';

const base64 = (text: string) => Buffer.from(text).toString('base64url');

const MALFORMED: Record<string, string | Buffer> = {
  'half an object': '{"a":',
  'no JSON': 'hello',
  'a comma too many': '{"a":1,}',
  'two documents': '{}{}',
  NaN: '{"a":NaN}',
  'a raw line end in a string': '{"a":"\n"}',
  'a raw NUL': '{"a":"\0"}',
  'a duplicate key': '{"a":1,"a":1}',
  'a duplicate key behind an escape': '{"a":1,"\\u0061":1}',
  'a duplicate key further in': '{"a":{"b":1,"b":1}}',
  ['__proto__']: '{"__proto__":{"isAdmin":true}}',
  '__proto__ behind an escape': '{"\\u005f_proto__":{}}',
  constructor: '{"a":{"constructor":{"prototype":{}}}}',
  'a method of every object': '{"a":{"toString":1}}',
  prototype: '{"prototype":1}',
  '33 levels': `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  '90 kB of brackets': '['.repeat(90_000),
  '90 kB of braces': '{"a":'.repeat(18_000),
  'a BOM alone': '\ufeff',
  'bytes that are not UTF-8': Buffer.from('7b2261223a22ff227d', 'hex'),
};

const NO_OBJECTS = ['[]', '[{}]', 'null', '"text"', '7', 'true', '1e400'];

const NO_JSON = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'],
  ...['application/jsonp', 'nonsense'],
];

/** What may stand in the place of a query parameter but does not belong there. */
const BAD_QUERY: Record<string, string[]> = {
  limit: ['', '0', '-1', '101', '1.5', '1e1', 'ten', '%201', '0x10', '99999999999999999999', 'NaN'],
  cursor: [
    ...['', 'nope', '%00', 'x'.repeat(513), base64(''), base64('null'), base64('{}'), base64('[]'), base64('[null]')],
    ...[base64('[[]]'), base64('["a\\u0000b"]'), base64('[1,2,3,4,5]'), base64('{"0":1,"length":1}'), '%22%22'],
  ],
  'date-time': ['', 'now', '1', '2026-W07', '20260101', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00', '+275760-09-13'],
  uuid: ['', 'me', '0', `${RANDOM}0`, RANDOM.replace(/-/g, '')],
  enum: ['', 'nope', 'ACTIVE', '-', '%00', "';--", '__proto__', 'constructor'],
  text: ['', '%20', '%00', 'a%07b', 'x'.repeat(600)],
};

/** Ids that are none, and some that are but name nothing. */
const BAD_IDS: Record<string, string[]> = {
  id: [
    '1',
    'myself',
    'null',
    RANDOM,
    `${RANDOM}0`,
    RANDOM.replace(/-/g, ''),
    '%00',
    `${RANDOM}%00`,
    "'%20OR%201=1--",
    '[]',
  ],
  sku: ['NO-SUCH', 'no-such', 'NO SUCH', '-', 'A'.repeat(65), 'A%00', '%C3%84', "A';--", '%2e%2e%2fA', '__proto__'],
  name: ['acme', 'ACME', '%00', '__proto__', 'constructor', 'x'.repeat(33), '%2e%2e', 'providers'],
  provider: ['stripe', 'SANDBOX', '%00', '__proto__', 'sandbox%00', 'constructor'],
};

const BAD_KEYS = ['', '""', 'two words', '"two words"', 'x'.repeat(256), 'cl\u00e9', 'a\tb', '\u00a0', 'a, b'];
const BAD_VERSIONS = ['', '7', '"1", "2"', "'1'", '"'];
/** Tags as HTTP knows them, of no version of anything. */
const NO_VERSIONS = ['W/"7"', '"x"', '"-1"', '"99999999999"', '"01"', '""'];

/** Who calls these adds to them what they like. */
const TAKING_ANYTHING = ['receivePaymentEvent', 'startOidcSignIn', 'finishOidcSignIn'];

const INVALID = { code: 'validation_failed' };

/** JSON that nobody can read safely. */
export const malformedBodies = (operation: Operation): BadRequest[] =>
  Object.entries(MALFORMED).map(([what, body]) => ({ operation, what, body, code: 'malformed_json' }));

/** Bodies that are no object, too large, or not JSON at all. */
export const strangeBodies = (operation: Operation): BadRequest[] => [
  ...NO_OBJECTS.map((body) => ({ operation, what: body, body, ...INVALID })),
  ...NO_JSON.map((type) => ({
    ...{ operation, what: type, body: '{}', headers: { 'content-type': type } },
    ...{ statuses: [415], code: 'unsupported_media_type' },
  })),
  {
    ...{ operation, what: '1 MB', body: `{"a":"${'x'.repeat(1_000_000)}"}` },
    ...{ statuses: [413], code: 'payload_too_large' },
  },
];

/** Bodies that are empty where one is needed, or have something wrong in one of their fields. */
export function badBodies(operation: Operation): BadRequest[] {
  const { id, body: schema, example } = operation;
  const unasked = { operation, what: 'unasked field', body: { surprise: 1 }, ...INVALID, field: 'surprise' };
  if (!schema) return operation.method === 'GET' || TAKING_ANYTHING.includes(id) ? [] : [unasked];
  const isNeeded = (schema.required ?? []).length > 0;
  return [
    { operation, what: 'unknown field', body: { ...example, surprise: 1 }, ...INVALID, field: 'surprise' },
    ...['', '{}'].filter(() => isNeeded).map((body) => ({ operation, what: `empty ${body}`, body, ...INVALID })),
    ...badBodiesOf(schema, example).map(({ what, text, field }) => ({
      ...{ operation, what, body: text, field },
      ...(text.includes('['.repeat(33)) ? { code: 'malformed_json' } : INVALID),
      // It may be any text, so it is compared, and wrong.
      ...(['loginUser', 'stepUp'].includes(id) && field === 'password' && what.includes('\\u')
        ? { statuses: [401] }
        : {}),
    })),
  ];
}

/** Health, metrics and documentation let pass what probes and browsers add to an address. */
const takesAnyQuery = ({ id, path }: Operation) => TAKING_ANYTHING.includes(id) || !path.startsWith('/api/');

/** Queries with something wrong in one of their parameters. */
export function badQueries(operation: Operation): BadRequest[] {
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
  const withQuery = (query: string, field?: string): BadRequest => ({
    ...{ operation, what: query.slice(0, 60), path: `${pathOf(operation)}?${query}`, ...INVALID, field },
  });
  return [
    withQuery('x=1&x=1', 'x'),
    withQuery('__proto__=1', '__proto__'),
    ...(takesAnyQuery(operation) ? [] : [withQuery('surprise=1', 'surprise')]),
    ...parameters.flatMap((parameter) => [
      withQuery(`${parameter.name}=1&${parameter.name}=1`, parameter.name),
      withQuery(`${parameter.name}[]=1`),
      ...badValuesOf(parameter).map((value) => withQuery(`${parameter.name}=${value}`, parameter.name)),
    ]),
  ];
}

function badValuesOf({ name, schema }: Parameter): string[] {
  const kind = [name, schema.enum ? 'enum' : '', schema.format ?? '', 'text'].find((each) => each in BAD_QUERY) ?? '';
  return BAD_QUERY[kind] ?? [];
}

/** Paths whose ids are none, name nothing, or are bytes that are no text. */
export function badIds(operation: Operation): BadRequest[] {
  const { example: body } = operation;
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const withId = (name: string, id: string, statuses: number[], code?: string): BadRequest => ({
    ...{ operation, what: id.slice(0, 60), path: pathOf(operation, { [name]: id }), body, statuses, code },
  });
  return names.flatMap((name) => [
    ...(BAD_IDS[name] ?? ['nothing']).map((id) => withId(name, id, [404], 'not_found')),
    ...['%ff', '%zz', '%ED%A0%80'].map((id) => withId(name, id, [400, 404])),
    withId(name, 'a'.repeat(2_000), [404, 414]),
  ]);
}

/** Keys and versions that are none; no key where one is demanded. */
export function badHeaders(operation: Operation): BadRequest[] {
  const { key, parameters, method, policy, example: body } = operation;
  const looksAtKeys = (method === 'POST' || method === 'PATCH') && policy !== 'public';
  const isVersioned = parameters.some(({ name }) => name === 'If-Match');
  const withHeader = (name: string, value: string): BadRequest => ({
    ...{ operation, what: `${name} ${value}`, key: null, headers: { [name]: value }, body, ...INVALID, field: name },
  });
  return [
    ...(key === 'required' ? [{ operation, what: 'no key', key: null, body, code: 'idempotency_key_required' }] : []),
    ...BAD_KEYS.filter(() => looksAtKeys).map((value) => withHeader('Idempotency-Key', value)),
    ...BAD_VERSIONS.filter(() => isVersioned).map((value) => withHeader('If-Match', value)),
    ...NO_VERSIONS.filter(() => isVersioned).map((value) => ({
      ...{ operation, what: `If-Match ${value}`, key: null, headers: { 'If-Match': value }, body },
      statuses: [404, 412], // the examples name nothing that is there; what is there is in the catalogue's spec
    })),
  ];
}

/** Methods that the address does not know. */
export function badMethods(operations: Operation[]): Array<BadRequest & { known: string[] }> {
  const paths = new Set(operations.map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const here = operations.filter((operation) => operation.path === path);
    const known = here.map(({ method }) => method);
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !known.includes(method));
    return others.map((method) => ({
      ...{ operation: here[0] as Operation, what: method, method, known },
      ...{ statuses: [405], code: 'method_not_allowed' },
    }));
  });
}
