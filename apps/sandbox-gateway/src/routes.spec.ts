import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually } from '../test/eventually';
import { GatewayUnderTest } from '../test/gateway-under-test';

const gateway = new GatewayUnderTest();
beforeAll(() => gateway.start());
afterAll(() => gateway.end());

const good = { amount: { amount: 1_000, currency: 'USD' }, method: 'tok_ok', reference: 'r' };
const post = (body: unknown, key = 'k') =>
  gateway.call('POST', '/charges', body, { headers: { 'idempotency-key': key } });

describe('a wrong request', () => {
  it.each<[string, unknown]>([
    ['no amount', { ...good, amount: undefined }],
    ['zero', { ...good, amount: { amount: 0, currency: 'USD' } }],
    ['a fraction', { ...good, amount: { amount: 1.5, currency: 'USD' } }],
    ['too much', { ...good, amount: { amount: 2 ** 53, currency: 'USD' } }],
    ['a text amount', { ...good, amount: { amount: '1000', currency: 'USD' } }],
    ['a small currency', { ...good, amount: { amount: 1, currency: 'usd' } }],
    ['an empty reference', { ...good, reference: '' }],
    ['a long reference', { ...good, reference: 'r'.repeat(256) }],
    ['a NUL', { ...good, reference: 'a\u0000b' }],
    ['half a surrogate pair', { ...good, reference: 'a\ud800' }],
    ['metadata that is not text', { ...good, metadata: { a: 1 } }],
    ['an unknown field', { ...good, captur: false }],
    ['an array', [good]],
    ['no object', '"text"'],
    ['broken JSON', '{"amount":'],
    ['a poisoned prototype', '{"__proto__":{}}'],
    ['no body', undefined],
  ])('with %s is told so', async (_name, body) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect(answer.body.error?.message).not.toBe('');
    expect(await gateway.recorded('k')).toEqual([]);
  });

  it.each(['', 'a b', 'é', 'k'.repeat(256)])('with the key %p is told so', async (key) => {
    expect(await post(good, key)).toMatchObject({ status: 400, body: { error: { code: 'invalid_idempotency_key' } } });
  });

  it('without a key, too big, of another type or to nowhere is told so', async () => {
    expect((await gateway.call('POST', '/charges', good)).body.error?.code).toBe('invalid_idempotency_key');
    expect((await post({ ...good, reference: 'r'.repeat(70_000) })).body.error?.code).toBe('payload_too_large');
    const headers = { 'idempotency-key': 'k', 'content-type': 'text/plain' };
    expect((await gateway.call('POST', '/charges', '{}', { headers })).body.error?.code).toBe('unsupported_media_type');
    expect(await gateway.call('GET', '/nowhere')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
    expect((await gateway.call('GET', '/charges/ch_none')).body.error?.code).toBe('charge_not_found');
    expect((await gateway.call('POST', '/charges/%zz/void')).status).toBe(400);
  });
});

it('takes the longest key and texts of any script, and gives them back', async () => {
  const key = '~'.repeat(255);
  const { status, body } = await post(
    { ...good, reference: '注文 №7 👍🏽', amount: { amount: 2 ** 53 - 1, currency: 'JPY' } },
    key,
  );
  expect(status).toBe(201);
  expect(await gateway.recorded(key)).toEqual([body]);
});

it('accepts an empty body of type JSON where no body is needed', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await gateway.call('POST', '/charges/none-yet/void', '', { headers })).status).toBe(200);
});

describe('lists', () => {
  it('are newest first, filtered, and continue by cursor', async () => {
    for (let index = 0; index < 7; index += 1) await gateway.charge(`list-${index}`, 'tok_ok', { reference: 'list' });
    const seen: (string | undefined)[] = [];
    let cursor = '';
    do {
      const { body } = await gateway.call('GET', `/charges?reference=list&limit=3${cursor}`);
      seen.push(...(body.data ?? []).map((charge) => charge.idempotencyKey));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `list-${index}`));
    expect((await gateway.call('GET', '/charges?reference=list&idempotencyKey=list-4')).body.data).toHaveLength(1);
    expect((await gateway.call('GET', '/charges?reference=other&idempotencyKey=list-4')).body.data).toEqual([]);
    expect((await gateway.call('GET', '/charges?limit=7')).body.data).toHaveLength(7);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=!', 'cursor=abc', 'reference=a&reference=b', 'status=failed'])(
    'refuse %s',
    async (query) => {
      expect(await gateway.call('GET', `/charges?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request' } },
      });
    },
  );
});

it('says that it is well', async () => {
  expect((await gateway.call('GET', '/health')).body).toEqual({ status: 'ok' });
});

it('shows people the latest charges, everything escaped', async () => {
  const reference = `<img src=x onerror="alert('1')">&`;
  await gateway.charge('page-1', 'tok_ok', { reference, amount: { amount: 123_456_789, currency: 'USD' } });
  await gateway.charge('page-2', 'tok_declined', { amount: { amount: 1_234, currency: 'JPY' } });
  const response = await fetch(gateway.url);
  const page = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  expect(page).toContain('1,234,567.89 USD');
  expect(page).toContain('1,234 JPY');
  expect(page).toContain('failed: card_declined');
  for (const method of ['tok_ok', 'tok_lost', 'tok_down']) expect(page).toContain(`<code>${method}</code>`);
});

it('answers a request that is no HTTP and goes on', async () => {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.end('not http at all\r\n\r\n');
  expect(await text(socket)).toContain('400 Bad Request');
  await eventually(async () => (await gateway.call('GET', '/health')).status === 200);
});
