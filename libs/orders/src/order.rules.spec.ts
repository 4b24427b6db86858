import { randomUUID } from 'node:crypto';
import { canBecome, orderNumberOf, taxOf, toLine, totalsOf, TRANSITIONS } from './order.rules';

const item = { sku: 'A', name: 'A', quantity: 3, unitPriceMinor: 333, taxRateBps: 1_950 };

describe('totals', () => {
  it('adds tax per line, rounded half up there, and shipping once', () => {
    const lines = [toLine(item), toLine({ ...item, sku: 'B', quantity: 1, unitPriceMinor: 10, taxRateBps: 500 })];
    expect(lines.map(({ taxMinor }) => taxMinor)).toEqual([195, 1]); // 194.805 and 0.5
    expect(totalsOf(lines, 500)).toEqual({
      subtotalMinor: 1_009,
      discountMinor: 0,
      taxMinor: 196,
      shippingMinor: 500,
      totalMinor: 1_705,
    });
  });

  it('stays exact for the largest order there can be', () => {
    expect(taxOf(9_999_999_999_000, 9_999)).toBe(9_998_999_999_000);
    const lines = Array.from({ length: 100 }, () =>
      toLine({ ...item, quantity: 1_000, unitPriceMinor: 9_999_999_999, taxRateBps: 10_000 }),
    );
    expect(Number.isSafeInteger(totalsOf(lines, 1_000_000).totalMinor)).toBe(true);
  });
});

describe('the state machine', () => {
  it('lets an order be paid, shipped and delivered, and nothing happen after the end', () => {
    expect(canBecome('pending_payment', 'confirmed')).toBe(true);
    expect(canBecome('pending_payment', 'shipped')).toBe(false);
    expect([...TRANSITIONS.delivered, ...TRANSITIONS.cancelled, ...TRANSITIONS.expired]).toEqual([]);
  });
});

it('makes numbers that can be read out, each id its own', () => {
  expect(orderNumberOf('01a1f7d5-b239-75db-8000-000000000000')).toBe('CH-0000-0000-0000');
  expect(orderNumberOf('01a1f7d5-b239-75db-bfff-ffffffffffff')).toBe('CH-ZZZZ-ZZZZ-ZZZZ');
  const numbers = new Set(Array.from({ length: 1_000 }, () => orderNumberOf(randomUUID())));
  expect(numbers.size).toBe(1_000);
  for (const number of numbers)
    expect(number).toMatch(/^CH-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
});
