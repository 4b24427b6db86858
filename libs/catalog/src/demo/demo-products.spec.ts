import { demoProducts } from './demo-products';

const products = demoProducts();

it('has more than 240 products for sale, each with a sku and a name of its own', () => {
  expect(products.filter(({ status }) => status === 'active').length).toBeGreaterThanOrEqual(240);
  expect(new Set(products.map(({ sku }) => sku)).size).toBe(products.length);
  expect(new Set(products.map(({ name }) => name)).size).toBe(products.length);
});

it('fits the rules for products', () => {
  for (const { sku, name, description, priceMinor, attributes } of products) {
    expect(sku).toMatch(/^[A-Z0-9][A-Z0-9-]{0,63}$/);
    expect(name).toMatch(/^\S.{4,100}\S$/);
    expect(description).toMatch(/^\S.{20,300}\.$/);
    expect(priceMinor).toBeGreaterThan(0);
    expect(Number.isInteger(priceMinor)).toBe(true);
    expect(Object.values(attributes)).not.toContain('');
  }
});

it('begins with the mug of the examples, and with what can be ordered in quantity', () => {
  expect(products[0]).toMatchObject({ sku: 'DEMO-MUG', priceMinor: 1499, currency: 'USD' });
  for (const { status, onHand } of products.slice(0, 200)) {
    expect(status).toBe('active');
    expect(onHand).toBeGreaterThanOrEqual(10_000);
  }
});

it('has something of everything at its end', () => {
  const last = products.slice(-8);
  expect(last.map(({ onHand }) => onHand)).toEqual(expect.arrayContaining([0, 3]));
  expect(new Set(last.map(({ status }) => status))).toEqual(new Set(['active', 'draft', 'archived']));
});

it('is the same every time', () => {
  expect(demoProducts()).toEqual(products);
});
