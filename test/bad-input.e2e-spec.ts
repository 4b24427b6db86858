import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { operationsOf, readDocument, type Operation, type Parameter } from './support/api-document';
import { badBodiesOf } from './support/bad-values';
import { startBuiltApi } from './support/built-api';
import { setting } from './support/database';
import { badTokens, goodToken } from './support/forged-tokens';
import { ADDRESS, anOrder, expectStatus, putOnSale } from './support/orders';
import { outcomeOf } from './support/outcome';
import { register } from './support/people';
import { complaintsAbout, fingerprintsOf, pathOf, type BadRequest } from './support/refusals';
import { Shop } from './support/shop';

const base64 = (text: string) => Buffer.from(text).toString('base64url');
const RANDOM = '01900000-0000-7000-8000-0000000000ff';

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

const BAD_IDS: Record<string, string[]> = {
  id: [
    '1',
    'me',
    'null',
    `${RANDOM}0`,
    RANDOM.replace(/-/g, ''),
    '%00',
    `${RANDOM}%00`,
    "'%20OR%201=1--",
    '%2e%2e%2f',
    '[]',
  ],
  sku: [
    'no-such',
    'NO SUCH',
    '-',
    'A'.repeat(65),
    'A%00',
    '%C3%84',
    "A';--",
    '%2e%2e%2fA',
    'NO-SUCH-THING',
    '__proto__',
  ],
  provider: ['stripe', 'SANDBOX', '%00', '__proto__', 'sandbox%00', 'constructor'],
};

/** Over every route of the OpenAPI document, so that a new one is covered from its first day. */
describe('bad input', () => {
  let shop: Shop;
  let admin: ApiClient;
  let operations: Operation[];

  beforeAll(async () => {
    shop = await Shop.open();
    admin = await shop.signIn('admin');
    const { program, api } = await startBuiltApi(shop);
    operations = operationsOf(await readDocument(api));
    await program.stop();
  });
  afterAll(() => shop.close());

  /** Sends what must be refused: all of it is, in the right way, and nothing is written. */
  const expectRefused = async (requests: BadRequest[], client = admin) => {
    expect(requests.length).toBeGreaterThan(0);
    const before = await fingerprintsOf(shop.db);
    expect(await complaintsAbout(requests, client)).toEqual([]);
    expect(await fingerprintsOf(shop.db)).toEqual(before);
  };
  const forEach = (isMeant: (operation: Operation) => boolean, make: (operation: Operation) => BadRequest[]) =>
    operations.filter(isMeant).flatMap(make);
  const takesBody = ({ method }: Operation) => method === 'POST' || method === 'PATCH';

  it('knows every route, and an example of every body', () => {
    expect(operations.length).toBeGreaterThanOrEqual(32);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(operations.filter(({ body, example }) => body && !example)).toEqual([]);
    expect(operations.filter(({ body }) => body).map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'registerUser',
        'updateMe',
        'createProduct',
        'adjustStock',
        'placeOrder',
        'refundPayment',
      ]),
    );
  });

  it('is refused as JSON that nobody can read safely', async () => {
    const texts: Array<[what: string, body: string | Buffer]> = [
      ['half an object', '{"a":'],
      ['no JSON', 'hello'],
      ['a comma too many', '{"a":1,}'],
      ['two documents', '{}{}'],
      ['NaN', '{"a":NaN}'],
      ['a raw line end in a string', '{"a":"\n"}'],
      ['a raw NUL', '{"a":"\0"}'],
      ['a duplicate key', '{"a":1,"a":1}'],
      ['a duplicate key behind an escape', '{"a":1,"\\u0061":1}'],
      ['a duplicate key further in', '{"a":{"b":1,"b":1}}'],
      ['__proto__', '{"__proto__":{"isAdmin":true}}'],
      ['__proto__ behind an escape', '{"\\u005f_proto__":{}}'],
      ['constructor', '{"a":{"constructor":{"prototype":{}}}}'],
      ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
      ['90 kB of brackets', '['.repeat(90_000)],
      ['90 kB of braces', '{"a":'.repeat(18_000)],
      ['a BOM alone', '\ufeff'],
      ['bytes that are not UTF-8', Buffer.from('7b2261223a22ff227d', 'hex')],
    ];
    const code = 'malformed_json';
    await expectRefused(
      forEach(takesBody, (operation) => texts.map(([what, body]) => ({ operation, what, body, code }))),
    );
  });

  it('is refused as a body that is no object', async () => {
    const texts = ['[]', '[{}]', 'null', '"text"', '7', 'true', '1e400'];
    const code = 'validation_failed';
    await expectRefused(
      forEach(takesBody, (operation) => texts.map((body) => ({ operation, what: body, body, code }))),
    );
  });

  it('is refused as a body of a megabyte, or one that is no JSON', async () => {
    const types = [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'nonsense',
    ];
    await expectRefused(
      forEach(takesBody, (operation) => [
        {
          operation,
          what: '1 MB',
          body: `{"a":"${'x'.repeat(1_000_000)}"}`,
          statuses: [413],
          code: 'payload_too_large',
        },
        ...types.map((type) => ({
          ...{ operation, what: type, body: '{}', headers: { 'content-type': type } },
          ...{ statuses: [415], code: 'unsupported_media_type' },
        })),
      ]),
    );
  });

  it('is refused as a body that is empty where one is needed, or that has a field of its own', async () => {
    await expectRefused(
      forEach(
        ({ body }) => body !== undefined,
        (operation) => {
          const { body, example } = operation;
          const code = 'validation_failed';
          const unknown = {
            operation,
            what: 'unknown field',
            body: { ...example, surprise: 1 },
            code,
            field: 'surprise',
          };
          if (!body?.required?.length) return [unknown];
          return [unknown, ...['', '{}'].map((empty) => ({ operation, what: `empty ${empty}`, body: empty, code }))];
        },
      ),
    );
  });

  it('is refused in every field of every body', async () => {
    const requests = forEach(
      ({ body }) => body !== undefined,
      (operation) =>
        badBodiesOf(operation.body ?? {}, operation.example).map(({ what, text, field }) => {
          const isRead = operation.id === 'loginUser' && field === 'password' && /ud800|u0000/.test(what);
          return {
            operation,
            what,
            body: text,
            field,
            code: 'validation_failed',
            ...(isRead ? { statuses: [401] } : {}),
          };
        }),
    );
    const deep = (text: unknown) => typeof text === 'string' && text.includes('['.repeat(33));
    expect(requests.length).toBeGreaterThan(400);
    await expectRefused(
      requests.map((request) => (deep(request.body) ? { ...request, code: 'malformed_json' } : request)),
    );
  });

  it('is refused in every parameter of every query', async () => {
    const kindOf = ({ name, schema }: Parameter) =>
      BAD_QUERY[name] ?? BAD_QUERY[schema.enum ? 'enum' : (schema.format ?? 'text')] ?? [];
    const requests = forEach(
      () => true,
      (operation) => {
        const path = pathOf(operation);
        const query = operation.parameters.filter((parameter) => parameter.in === 'query');
        const code = 'validation_failed';
        const repeated = { operation, what: 'repeated', path: `${path}?x=1&x=1`, code, field: 'x' };
        if (query.length === 0) return [repeated];
        return [
          repeated,
          { operation, what: 'unknown parameter', path: `${path}?surprise=1`, code, field: 'surprise' },
          ...query.flatMap((parameter) => [
            {
              operation,
              what: 'twice',
              path: `${path}?${parameter.name}=1&${parameter.name}=1`,
              code,
              field: parameter.name,
            },
            { operation, what: 'as a list', path: `${path}?${parameter.name}[]=1`, code },
            ...kindOf(parameter).map((value) => ({
              ...{ operation, what: `${parameter.name}=${value}`, code, field: parameter.name },
              path: `${path}?${parameter.name}=${value}`,
            })),
          ]),
        ];
      },
    );
    expect(requests.length).toBeGreaterThan(150);
    await expectRefused(requests);
  });

  it('is refused as an id that is none, that names nothing, or whose bytes are no text', async () => {
    await expectRefused(
      forEach(
        ({ path }) => path.includes('{'),
        (operation) => {
          const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
          const { example: body } = operation;
          return names.flatMap((name) => [
            ...['%ff', '%zz', '%ED%A0%80'].map((id) => ({
              ...{ operation, what: id, path: pathOf(operation, { [name]: id }), statuses: [400, 404], body },
            })),
            {
              operation,
              what: 'far too long',
              path: pathOf(operation, { [name]: 'a'.repeat(2_000) }),
              statuses: [404, 414],
              body,
            },
            ...[...(BAD_IDS[name] ?? ['?']), RANDOM].map((id) => ({
              ...{ operation, what: id, path: pathOf(operation, { [name]: id }), body },
              ...{ statuses: [404], code: 'not_found' },
            })),
          ]);
        },
      ),
    );
  });

  it('is refused as the id of something that belongs to somebody else', async () => {
    const owner = await register(shop.api);
    const [session] = (await owner.client.get('/auth/sessions')).body.data;
    const sku = await putOnSale(shop, 5);
    const { body: order } = expectStatus(await owner.client.post('/orders', anOrder(sku, 1, 'tok_ok')), 201);
    const [payment] = (await owner.client.get(`/orders/${order.id}`)).body.payments;
    const stranger = (await register(shop.api)).client;
    await expectRefused(
      forEach(
        ({ path }) => path.includes('{id}'),
        (operation) =>
          [session.id, order.id, payment.id].map((id) => ({
            ...{ operation, what: id, path: pathOf(operation, { id }), body: operation.example },
            statuses: operation.permission === undefined ? [404] : [403],
          })),
      ),
      stranger,
    );
  });

  it('is refused as a method that the address does not know, which says what it knows', async () => {
    const methodsOf = new Map<string, string[]>();
    for (const { path, method } of operations) methodsOf.set(path, [...(methodsOf.get(path) ?? []), method]);
    const requests = forEach(
      ({ path, method }) => methodsOf.get(path)?.[0] === method,
      (operation) =>
        ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
          .filter((method) => !methodsOf.get(operation.path)?.includes(method))
          .map((method) => ({ operation, what: method, method, statuses: [405], code: 'method_not_allowed' })),
    );
    await expectRefused(requests);
    for (const { operation, method = '' } of requests) {
      const allow = (await admin.send(method, pathOf(operation))).headers.get('allow')?.split(', ') ?? [];
      const known = methodsOf.get(operation.path) ?? [];
      expect([operation.path, allow.sort()]).toEqual([
        operation.path,
        [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort(),
      ]);
    }
  });

  it('is refused as a key or a version that is none', async () => {
    const keys = ['', '""', 'two words', '"two words"', 'x'.repeat(256), 'cl\u00e9', 'a\tb', '\u00a0', 'a, b'];
    const required = forEach(
      ({ key }) => key === 'required',
      (operation) => [
        { operation, what: 'no key', key: null, body: operation.example, code: 'idempotency_key_required' },
      ],
    );
    expect(required.length).toBeGreaterThanOrEqual(5);
    const odd = forEach(
      ({ key }) => key !== 'none',
      (operation) =>
        keys.map((key) => ({
          ...{ operation, what: `key ${key}`, key: null, headers: { 'idempotency-key': key }, body: operation.example },
          ...{ code: 'validation_failed', field: 'Idempotency-Key' },
        })),
    );
    const versions = forEach(
      ({ parameters }) => parameters.some(({ name }) => name === 'If-Match'),
      (operation) =>
        ['', '7', 'W/"7"', '"x"', '"-1"', '"1", "2"', '"99999999999"', "'1'"].map((version) => ({
          ...{ operation, what: `If-Match ${version}`, headers: { 'if-match': version }, body: operation.example },
          ...{ code: 'validation_failed', field: 'If-Match' },
        })),
    );
    await expectRefused([...required, ...odd, ...versions]);
  });

  it('is refused as a token that is expired, forged or none', async () => {
    const keysFolder = setting('TEST_KEYS_DIR');
    expectStatus(await shop.api.as(goodToken(keysFolder)).get('/inventory'), 200);
    const headers = [
      ...Object.entries(badTokens(keysFolder)).map(([what, token]) => [what, `Bearer ${token}`] as const),
      ...['Basic YWRtaW46YWRtaW4=', `bearer\u00a0x`, goodToken(keysFolder)].map((text) => [text, text] as const),
    ];
    const requests = forEach(
      ({ needsSignIn }) => needsSignIn,
      (operation) => [
        { operation, what: 'no token', statuses: [401], code: 'unauthenticated', body: operation.example },
        ...headers.map(([what, authorization]) => ({
          ...{ operation, what, headers: { authorization }, statuses: [401], body: operation.example },
          code: what.startsWith('expired') ? 'token_expired' : 'unauthenticated',
        })),
      ],
    );
    expect(requests.length).toBeGreaterThan(400);
    await expectRefused(requests, shop.api);
  });

  describe('in an order', () => {
    let operation: Operation;
    let sku: string;

    beforeAll(async () => {
      operation = operations.find(({ id }) => id === 'placeOrder') as Operation;
      sku = await putOnSale(shop, 100);
    });

    const order = (items: string) => `{"items":${items},"shippingAddress":${JSON.stringify(ADDRESS)}}`;
    const lines = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, n) => ({ sku: `S-${n}`, quantity: 1 })));

    it('is refused, whatever is wrong with its lines', async () => {
      const quantities = ['0', '-1', '1.5', '1001', '1e10', '1e400', '"2"', 'null', 'true', '[1]', '{}'];
      const items = [
        ...quantities.map((quantity) => `[{"sku":"${sku}","quantity":${quantity}}]`),
        ...[
          `[{"sku":"${sku}"}]`,
          '[]',
          '[[]]',
          '[null]',
          '[{}]',
          '{}',
          '"x"',
          lines(101),
          `[${'['.repeat(20)}${']'.repeat(20)}]`,
        ],
        `[{"sku":"${sku}","quantity":1},{"sku":"${sku}","quantity":1}]`,
        `[{"sku":"${sku}","quantity":1,"unitPrice":{"amount":1,"currency":"USD"}}]`,
      ];
      const field = 'items';
      await expectRefused(items.map((text) => ({ operation, what: text.slice(0, 60), body: order(text), field })));
      const unknown = { operation, what: 'unknown sku', body: order(lines(100)), statuses: [422], code: 'unknown_sku' };
      await expectRefused([unknown, { ...unknown, key: randomUUID(), body: order(lines(1)) }]);
    });

    it('adds up exactly at the largest sums that there can be, and more than that is refused', async () => {
      await shop.db.sql(`
        WITH product AS (
          INSERT INTO catalog.products (sku, name, description, price_minor, currency, tax_rate_bps, status)
          SELECT 'HUGE-' || n, 'Huge', '', 9999999999, 'USD', 10000, 'active' FROM generate_series(1, 100) n RETURNING sku
        ) INSERT INTO inventory.stock_levels (sku, location_id, on_hand)
          SELECT sku, '01900000-0000-7000-8000-000000000001', 1000 FROM product`);
      const items = Array.from({ length: 100 }, (_, n) => ({ sku: `HUGE-${n + 1}`, quantity: 1_000 }));
      const placed = expectStatus(await admin.post('/orders', { items, shippingAddress: ADDRESS }), 201).body;
      const net = 9_999_999_999n * 1_000n * 100n;
      expect(BigInt(placed.total.amount)).toBe(2n * net + 500n);
      expect(BigInt((await admin.get(`/orders/${placed.id}`)).body.tax.amount)).toBe(net);
      expect(outcomeOf(await admin.post('/orders', { items, shippingAddress: ADDRESS }))).toEqual([
        422,
        'insufficient_stock',
      ]);
    });
  });
});
