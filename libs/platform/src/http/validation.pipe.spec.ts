import { createValidationPipe } from './validation.pipe';

it('leaves what a decorator of our own has found as it is, however long, and though it holds itself', async () => {
  const found: { all: number[]; self?: unknown } = { all: Array.from({ length: 500 }, (_, n) => n) };
  found.self = found;
  expect(await createValidationPipe().transform(found, { type: 'custom', metatype: Object })).toBe(found);
  expect(found.all).toHaveLength(500);
});
