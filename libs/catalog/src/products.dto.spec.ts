import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { CreateProductRequest, ListProductsQuery, UpdateProductRequest } from './products.dto';

const complete = {
  sku: 'MUG-1',
  name: 'Mug',
  description: '',
  price: { amount: 1499, currency: 'USD' },
  status: 'active',
};

function wrongFields(type: new () => object, plain: object): string[] {
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  return validateSync(plainToInstance(type, plain), options).map(({ property }) => property);
}

describe('a new product', () => {
  it('needs no tax rate and no attributes', () => {
    expect(wrongFields(CreateProductRequest, complete)).toEqual([]);
    const product = CreateProductRequest.toProduct(plainToInstance(CreateProductRequest, complete));
    expect(product).toMatchObject({ priceMinor: 1499, currency: 'USD', taxRateBps: 0, attributes: {} });
  });

  it.each([
    ['sku', 'mug-1'],
    ['sku', `A${'-'.repeat(64)}`],
    ['sku', 'MUG-1\n'],
    ['name', '  '],
    ['name', 'x'.repeat(201)],
    ['name', 'two\nlines'],
    ['description', undefined],
    ['description', 'x'.repeat(5001)],
    ['price', null],
    ['price', []],
    ['price', [{ amount: 1, currency: 'USD' }]],
    ['price', { amount: 1.5, currency: 'USD' }],
    ['price', { amount: -1, currency: 'USD' }],
    ['price', { amount: 10_000_000_000, currency: 'USD' }],
    ['price', { amount: '1', currency: 'USD' }],
    ['price', { amount: 1, currency: 'usd' }],
    ['taxRateBps', 10_001],
    ['taxRateBps', null],
    ['status', 'deleted'],
    ['attributes', null],
    ['attributes', []],
    ['attributes', { size: 1 }],
    ['attributes', { '': 'x' }],
    ['attributes', { ['k'.repeat(65)]: 'x' }],
    ['attributes', { size: 'x'.repeat(501) }],
    ['attributes', { size: 'a\u0000b' }],
    ['attributes', { size: '\ud800' }],
    ['attributes', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']))],
    ['version', 1],
  ])('is refused for its %s when it is %j', (field, value) => {
    expect(wrongFields(CreateProductRequest, { ...complete, [field]: value })).toEqual([field]);
  });
});

describe('a change', () => {
  it('is only what was sent', () => {
    const request = plainToInstance(UpdateProductRequest, { price: { amount: 1, currency: 'EUR' } });
    expect(UpdateProductRequest.toChanges(request)).toEqual({ priceMinor: 1, currency: 'EUR' });
    expect(UpdateProductRequest.toChanges(plainToInstance(UpdateProductRequest, {}))).toEqual({});
  });

  it.each(['name', 'description', 'price', 'taxRateBps', 'status', 'attributes'])('never takes %s away', (field) => {
    expect(wrongFields(UpdateProductRequest, { [field]: null })).toEqual([field]);
  });

  it('never changes a sku', () => {
    expect(wrongFields(UpdateProductRequest, { sku: 'MUG-2' })).toEqual(['sku']);
  });
});

describe('the query of the list', () => {
  it('sorts by the newest unless told otherwise', () => {
    expect(plainToInstance(ListProductsQuery, {})).toMatchObject({ sort: '-createdAt', limit: 20 });
  });

  it.each([
    ['sort', 'id'],
    ['sort', '-createdAt,name'],
    ['sort', ''],
    ['status', 'gone'],
    ['search', 'x'.repeat(101)],
    ['limit', '0'],
    ['limit', '101'],
  ])('is refused for its %s when it is "%s"', (field, value) => {
    expect(wrongFields(ListProductsQuery, { [field]: value })).toEqual([field]);
  });
});
