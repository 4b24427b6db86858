import { randomUUID } from 'node:crypto';

const ADDRESS = { name: 'Ada Lovelace', line1: '12 Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
const PRODUCTS = 1000;
const sku = (n) => `BENCH-${String(1 + (n % PRODUCTS)).padStart(5, '0')}`;
const yardstickProduct = (n) => `01900000-0002-7000-8000-${String(1 + (n % PRODUCTS)).padStart(12, '0')}`;
const anyTwo = (n) => [n * 7, n * 13 + 500];

/** The same three requests, as each of the two servers has them. Orders are of two products. */
export const CASES = {
  place: {
    expected: 201,
    yardstick: (n, buyer) => {
      const [a, b] = anyTwo(n).map((p) => ({ productId: yardstickProduct(p), qty: 1 }));
      return post('/place', buyer, { items: a.productId === b.productId ? [a] : [a, b] });
    },
    product: (n, buyer) => post('/api/v1/orders', buyer, order(n)),
  },
  get: {
    expected: 200,
    yardstick: (n, buyer, ids) => get(`/orders/${ids[n % ids.length].id}`, buyer),
    product: (n, buyer, ids) => get(`/api/v1/orders/${ids[n % ids.length].id}`, ids[n % ids.length].buyer),
  },
  list: {
    expected: 200,
    yardstick: (n, buyer) => get('/orders', buyer),
    product: (n, buyer) => get('/api/v2/orders', buyer),
  },
};

/** A request for an order. @param {number} n @param {string} [method] */
export function order(n, method) {
  const skus = [...new Set(anyTwo(n).map(sku))];
  const payment = method ? { payment: { method } } : {};
  return { items: skus.map((each) => ({ sku: each, quantity: 1 })), shippingAddress: ADDRESS, ...payment };
}

export function post(path, buyer, body) {
  const headers = { ...buyer.headers, 'idempotency-key': randomUUID() };
  return { method: 'POST', path, headers, body: JSON.stringify(body) };
}

function get(path, buyer) {
  return { method: 'GET', path, headers: { authorization: buyer.headers.authorization } };
}
