import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string) => readFileSync(join(__dirname, '../..', path), 'utf8');

it('the example that docs/sagas.md shows is the one that a test runs and kills', () => {
  const [, shown] = /<!-- example: (?:[^>]*) -->\n\n```ts\n([\s\S]*?)```/.exec(read('docs/sagas.md')) ?? [];
  expect(shown).toBe(read('test/support/trip/trip.saga.ts'));
});
