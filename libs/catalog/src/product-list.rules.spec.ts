import { isShown, orderOf, PRODUCT_SORTS, shownStatus } from './product-list.rules';

describe('what a list shows', () => {
  it('is what is for sale, to customers', () => {
    expect(shownStatus(false)).toBe('active');
    expect(shownStatus(false, 'active')).toBe('active');
    expect(shownStatus(false, 'draft')).toBe('none');
    expect(shownStatus(false, 'archived')).toBe('none');
  });

  it('is everything, or what they ask for, to those who keep the catalogue', () => {
    expect(shownStatus(true)).toBe('any');
    expect(shownStatus(true, 'draft')).toBe('draft');
  });

  it('agrees with what a product alone shows', () => {
    expect(isShown('active', false)).toBe(true);
    expect(isShown('draft', false)).toBe(false);
    expect(isShown('archived', false)).toBe(false);
    expect(isShown('archived', true)).toBe(true);
  });
});

describe('the order of a list', () => {
  it('goes down for a minus, and on in the same direction', () => {
    expect(orderOf('price')).toMatchObject({ expression: 'price_minor', direction: 'ASC', comesAfter: '>' });
    expect(orderOf('-price')).toMatchObject({ expression: 'price_minor', direction: 'DESC', comesAfter: '<' });
  });

  it('is known for every sort that a client may name', () => {
    for (const sort of PRODUCT_SORTS) expect(orderOf(sort).expression).toMatch(/^[a-z_(), 0-9]+$/);
  });
});
