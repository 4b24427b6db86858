import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, Answer } from './api-client';
import { eventually } from './eventually';
import type { Shop } from './shop';

export const ADDRESS = {
  name: 'Ada Lovelace',
  line1: '12 Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'GB',
};

/** A request for an order. */
export function anOrder(sku: string, quantity = 1, method?: string) {
  return {
    items: [{ sku, quantity }],
    shippingAddress: ADDRESS,
    ...(method === undefined ? {} : { payment: { method } }),
  };
}

/** Puts a new product on sale, with so many pieces in stock. @returns its sku */
export async function putOnSale(shop: Shop, onHand: number, amount = 1_000, currency = 'USD'): Promise<string> {
  const admin = shop.as('admin');
  const sku = `T-${randomUUID().slice(0, 13).toUpperCase()}`;
  const product = {
    sku,
    name: `Test ${sku}`,
    description: 'For a test',
    price: { amount, currency },
    status: 'active',
  };
  expectStatus(await admin.post('/products', product), 201);
  if (onHand > 0)
    expectStatus(await admin.post(`/inventory/${sku}/adjustments`, { delta: onHand, reason: 'restock' }), 201);
  return sku;
}

/** Follows an order until it is in this state. */
export function untilOrder(
  client: ApiClient,
  id: string,
  state: { status?: string; paymentStatus?: string },
  timeoutMs?: number,
) {
  const isThere = ({ body }: Answer) =>
    (state.status === undefined || body.status === state.status) &&
    (state.paymentStatus === undefined || body.paymentStatus === state.paymentStatus);
  return eventually(() => client.get(`/orders/${id}`), isThere, timeoutMs).then(({ body }) => body);
}

/** Places an order as a shop does that heeds Retry-After: the same request again when the API is too busy. */
export async function buy(buyer: ApiClient, order: object): Promise<Answer> {
  const key = randomUUID();
  for (;;) {
    const answer = await buyer.post('/orders', order, { key });
    if (answer.status !== 503) return answer;
    await delay(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** Fails with the whole answer when the status is another. */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status)
    throw new Error(`Expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
