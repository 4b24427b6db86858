import { availabilityOf, inLockOrder, ranLow } from './stock.rules';

describe('availabilityOf', () => {
  it.each([
    [0, 'out'],
    [1, 'low'],
    [5, 'low'],
    [6, 'in_stock'],
  ])('%d pieces are %s', (available, expected) => {
    expect(availabilityOf(available, 5)).toBe(expected);
  });
});

it('orders lines by sku and leaves the request as it was', () => {
  const lines = [
    { sku: 'B', quantity: 1 },
    { sku: 'A', quantity: 2 },
  ];
  expect(inLockOrder(lines).map(({ sku }) => sku)).toEqual(['A', 'B']);
  expect(lines[0]?.sku).toBe('B');
});

it.each([
  [6, 1, false],
  [5, 1, true],
  [5, 9, true],
  [4, 1, false],
  [0, 20, true],
])('that %d pieces are left once %d are taken: runs low now: %s', (available, quantity, isLow) => {
  const line = { sku: 'A', quantity, available };
  expect(ranLow([line], 5)).toEqual(isLow ? [line] : []);
});
