import { AppError } from '@platform/errors';
import { fromCursor, toCursor } from './product-cursor';
import type { ProductSort } from './product-list.rules';

const id = '01900000-0000-7000-8000-000000000001';
const encode = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString('base64url');

describe('a cursor', () => {
  it.each<[ProductSort, string | number | Date]>([
    ['-createdAt', new Date('2026-11-21T10:00:00.123Z')],
    ['name', 'stoneware mug, 350 ml'],
    ['-price', 1499],
  ])('leads back to where it was made, by %s', (sort, key) => {
    expect(fromCursor(encode(toCursor(sort, { key, id })), sort)).toEqual({ key, id });
  });

  it('fits into its limit with the longest name there is', () => {
    expect(encode(toCursor('-name', { key: '𝒳'.repeat(80), id })).length).toBeLessThanOrEqual(512);
  });

  it.each([
    ['of a list in another order', encode(['name', 'mug', id])],
    ['of the other direction', encode(['price', 1499, id])],
    ['with a key of another type', encode(['-price', '1499', id])],
    ['without an id', encode(['-price', 1499])],
    ['that is no cursor', 'rubbish'],
  ])('is refused when it is one %s', (_, cursor) => {
    expect(() => fromCursor(cursor, '-price')).toThrow(AppError);
  });

  it('never hands PostgreSQL a text for a time', () => {
    expect(() => fromCursor(encode(['createdAt', 'Saturday 1', id]), 'createdAt')).toThrow(AppError);
    const good = encode(['createdAt', '2026-01-31T12:00:00.000Z', id]);
    expect(fromCursor(good, 'createdAt').key).toEqual(new Date('2026-01-31T12:00:00Z'));
  });

  it('never hands PostgreSQL a time that it does not know', () => {
    const longAgo = encode(['createdAt', '-271821-04-20T00:00:00.000Z', id]);
    expect(() => fromCursor(longAgo, 'createdAt')).toThrow(AppError);
  });
});
