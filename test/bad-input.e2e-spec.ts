import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { MOST_PARTS } from '@platform/http';
import { operationsOf, readDocument, type Operation, type Schema } from './support/api-document';
import * as bad from './support/bad-requests';
import { setting } from './support/database';
import { badTokens, goodToken } from './support/forged-tokens';
import { ADDRESS, anOrder, expectStatus, putOnSale } from './support/orders';
import { outcomeOf } from './support/outcome';
import { register } from './support/people';
import { complaintsAbout, fingerprintsOf, pathOf, type BadRequest } from './support/refusals';
import { Shop } from './support/shop';

/** Over every route of the OpenAPI document, so that a new one is covered from its first day. */
describe('bad input', () => {
  let shop: Shop;
  let admin: ApiClient;
  let operations: Operation[];

  beforeAll(async () => {
    shop = await Shop.open();
    admin = await shop.signIn('admin');
    expectStatus(await admin.post('/auth/step-up', { password: 'countinghouse-demo' }), 204);
    const { program, api } = await shop.startApiProcess();
    operations = operationsOf(await readDocument(api));
    await program.stop();
  });
  afterAll(() => shop.close());

  /** Sends what must be refused: all of it is, in the right way, and nothing is written. */
  const expectRefused = async (requests: BadRequest[], atLeast: number, client = admin) => {
    expect(requests.length).toBeGreaterThanOrEqual(atLeast); // a document that is read wrongly would refuse nothing
    const before = await fingerprintsOf(shop.db);
    expect(await complaintsAbout(requests, client)).toEqual([]);
    expect(await fingerprintsOf(shop.db)).toEqual(before);
  };
  const takingBodies = () => operations.filter(({ method }) => method === 'POST' || method === 'PATCH');

  it('knows every route, and an example of every body', () => {
    expect(operations.length).toBeGreaterThanOrEqual(32);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(operations.filter(({ body, example }) => body && !example)).toEqual([]);
    expect(operations.filter(({ body }) => body).length).toBeGreaterThanOrEqual(10);
  });

  it('leaves no body room for more items or fields than are looked at', () => {
    const roomIn = ({ properties = {}, items, maxItems = 0, maxProperties = 0 }: Schema): number[] => [
      ...[maxItems, maxProperties, Object.keys(properties).length],
      ...[...Object.values(properties), ...(items ? [items] : [])].flatMap(roomIn),
    ];
    const room = operations.flatMap(({ body }) => (body ? roomIn(body) : []));
    expect(Math.max(...room)).toBe(MOST_PARTS); // as many lines as an order may have
  });

  it('is refused as JSON that nobody can read safely', async () => {
    await expectRefused(takingBodies().flatMap(bad.malformedBodies), 200);
  });

  it('is refused as a body that is no object, a megabyte, or no JSON', async () => {
    await expectRefused(takingBodies().flatMap(bad.strangeBodies), 150);
  });

  it('is refused in every field of every body', async () => {
    await expectRefused(operations.flatMap(bad.badBodies), 500);
  });

  it('is refused in every parameter of every query', async () => {
    await expectRefused(operations.flatMap(bad.badQueries), 200);
  });

  it('is refused as an id that is none, that names nothing, or whose bytes are no text', async () => {
    await expectRefused(operations.flatMap(bad.badIds), 150);
  });

  it('is refused as a key or a version that is none', async () => {
    await expectRefused(operations.flatMap(bad.badHeaders), 75);
  });

  it('is refused as the id of something that belongs to somebody else', async () => {
    const owner = await register(shop.api);
    const [session] = (await owner.client.get('/auth/sessions')).body.data;
    const sku = await putOnSale(shop, 5);
    const { body: order } = expectStatus(await owner.client.post('/orders', anOrder(sku, 1, 'tok_ok')), 201);
    const [payment] = (await owner.client.get(`/orders/${order.id}`)).body.payments;
    const foreign = operations
      .filter(({ path }) => path.includes('{id}'))
      .flatMap((operation) =>
        [session.id, order.id, payment.id].map((id) => ({
          ...{ operation, what: id, path: pathOf(operation, { id }), body: operation.example },
          statuses: operation.permission === undefined && !operation.needsStepUp ? [404] : [403],
        })),
      );
    await expectRefused(foreign, 20, (await register(shop.api)).client);
  });

  it('is refused as a method that the address does not know, which says what it knows', async () => {
    const requests = bad.badMethods(operations);
    await expectRefused(requests, 90);
    for (const { operation, method = '', known } of requests) {
      const { headers } = await admin.send(method, pathOf(operation));
      const expected = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
      const allowed = headers.get('allow')?.split(', ').sort().join(', ');
      expect([operation.path, method, allowed]).toEqual([operation.path, method, expected]);
    }
  });

  it('is refused as a token that is expired, forged or none', async () => {
    const keysFolder = setting('TEST_KEYS_DIR');
    const good = goodToken(keysFolder);
    expectStatus(await shop.api.as(good).get('/inventory'), 200);
    const forged = Object.entries(badTokens(keysFolder)).map(([what, token]) => [what, `Bearer ${token}`] as const);
    const strange = ['Basic YWRtaW46YWRtaW4=', 'bearer\u00a0x', good].map((text) => [text, text] as const);
    const requests = operations
      .filter(({ needsSignIn }) => needsSignIn)
      .flatMap((operation) => [
        { operation, what: 'no token', statuses: [401], code: 'unauthenticated', body: operation.example },
        ...[...forged, ...strange].map(([what, authorization]) => ({
          ...{ operation, what, headers: { authorization }, statuses: [401], body: operation.example },
          code: what.startsWith('expired') ? 'token_expired' : 'unauthenticated',
        })),
      ]);
    await expectRefused(requests, 400, shop.api);
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
      const line = `{"sku":"${sku}","quantity":1}`;
      const items = [
        ...quantities.map((quantity) => `[{"sku":"${sku}","quantity":${quantity}}]`),
        ...[`[{"sku":"${sku}"}]`, '[]', '[[]]', '[null]', '[{}]', '{}', '"x"', 'null', `[[${line}]]`, `[${line},[]]`],
        ...[lines(101), `[${line},${line}]`, `[${line},null]`, `[${'['.repeat(20)}${']'.repeat(20)}]`],
        line.replace('}', ',"unitPrice":{"amount":1,"currency":"USD"}}'),
      ];
      const bodies = items.map((text) => ({ operation, what: text.slice(0, 60), body: order(text), field: 'items' }));
      await expectRefused(bodies, 25);
    });

    it('is refused as a product that there is not', async () => {
      const unknown = { operation, statuses: [422], code: 'unknown_sku' };
      const bodies = [1, 2, 100].map((count) => ({ ...unknown, what: `${count} lines`, body: order(lines(count)) }));
      await expectRefused(bodies, 3);
    });

    it('is not there at the largest sums that there can be, and they add up exactly', async () => {
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
      const again = await admin.post('/orders', { items, shippingAddress: ADDRESS }, { key: randomUUID() });
      expect(outcomeOf(again)).toEqual([422, 'insufficient_stock']);
    });
  });
});
