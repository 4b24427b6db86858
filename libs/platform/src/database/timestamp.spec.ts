import { parseTimestamp } from './timestamp';

it.each([
  ['2026-11-20 07:22:25.934123+00', '2026-11-20T07:22:25.934Z'],
  ['2026-11-20 07:22:25.9+00', '2026-11-20T07:22:25.900Z'],
  ['2026-11-20 07:22:25+00', '2026-11-20T07:22:25.000Z'],
  ['2026-11-20 09:22:25.5+02', '2026-11-20T07:22:25.500Z'],
  ['0999-01-01 00:00:00.001+00', '0999-01-01T00:00:00.001Z'],
])('reads %s', (text, iso) => {
  const time = parseTimestamp(text);
  expect(time.getTime()).toBe(Date.parse(iso));
  expect(JSON.stringify({ time })).toBe(JSON.stringify({ time: new Date(iso) }));
  expect(time.toISOString()).toBe(iso);
});

it('leaves infinity to pg', () => {
  expect(parseTimestamp('infinity')).toBe(Infinity);
});
