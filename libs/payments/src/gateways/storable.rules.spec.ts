import { failureCodeOf } from './sandbox.rules';
import { storableJson, storableText } from './storable.rules';

it('keeps words as they are, but for what the database can’t keep', () => {
  expect(storableText('card_declined ✓')).toBe('card_declined ✓');
  expect(storableText('a\0b\ud800')).toBe('a\ufffdb\ufffd');
  expect(storableJson('{"a":"b"}')).toBe('{"a":"b"}');
  expect(storableJson('{"a":["\\u0000","\\ud83d"]}')).toBe('{"a":["\ufffd","\ufffd"]}');
});

it('cuts no character in two', () => {
  expect(failureCodeOf('x'.repeat(99) + '😀').isWellFormed()).toBe(true);
});
