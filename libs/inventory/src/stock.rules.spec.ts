import { availabilityOf, inLockOrder } from './stock.rules';

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
