import { changedFields } from './product.rules';
import type { ProductFields } from './product.types';

const mug: ProductFields = {
  name: 'Mug',
  description: 'A mug.',
  priceMinor: 1499,
  currency: 'USD',
  taxRateBps: 825,
  status: 'active',
  attributes: { size: '350 ml' },
};

it('keeps of a change what differs, before and after', () => {
  const after = { ...mug, priceMinor: 1599, attributes: { size: '400 ml' } };
  expect(changedFields(mug, after)).toEqual({
    before: { priceMinor: 1499, attributes: { size: '350 ml' } },
    after: { priceMinor: 1599, attributes: { size: '400 ml' } },
  });
});

it('keeps nothing of a change that changed nothing', () => {
  expect(changedFields(mug, { ...mug, attributes: { size: '350 ml' } })).toEqual({ before: {}, after: {} });
});
