import { refuseShortages, toPricedItems } from './pricing.rules';

const mug = { sku: 'MUG', name: 'Mug', unitPriceMinor: 1_499, currency: 'USD', taxRateBps: 1_900, isSellable: true };
const items = [
  { sku: 'MUG', quantity: 2 },
  { sku: 'PEN', quantity: 1 },
];

it('prices what was wanted, in the order in which it was wanted', () => {
  const pen = { ...mug, sku: 'PEN', name: 'Pen' };
  const { priced, currency } = toPricedItems(items, [pen, mug]);
  expect(currency).toBe('USD');
  expect(priced.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['MUG', 2],
    ['PEN', 1],
  ]);
});

it.each([
  ['unknown_sku', [mug], 1],
  ['product_not_available', [mug, { ...mug, sku: 'PEN', isSellable: false }], 1],
])('refuses %s and names the line', (code, products, index) => {
  const refusal = expect.objectContaining({
    code,
    details: { errors: [expect.objectContaining({ field: `items.${index}.sku` })] },
  });
  expect(() => toPricedItems(items, products)).toThrow(refusal);
});

it('refuses two currencies in one order', () => {
  const products = [mug, { ...mug, sku: 'PEN', currency: 'EUR' }];
  expect(() => toPricedItems(items, products)).toThrow(expect.objectContaining({ code: 'currency_mismatch' }));
});

it('names the line that is short and how many there are', () => {
  const refusal = refuseShortages(items, [{ sku: 'PEN', available: 0 }]);
  expect(refusal.details.errors).toEqual([
    { field: 'items.1.quantity', code: 'insufficient_stock', message: '0 available' },
  ]);
});
