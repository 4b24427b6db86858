import { parseStrictJson } from './strict-json';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('parseStrictJson', () => {
  it.each(['{"a":[1,{"b":"c,\\"d"}],"e":{"a":1}}', '[]', '"text"', '{"a":{"x":1},"b":{"x":2}}', '1e3'])(
    'reads %s',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    },
  );

  it.each([
    ['a duplicate key', '{"a":1,"a":2}', /twice/],
    ['a duplicate key behind an escape', '{"a":1,"\\u0061":2}', /twice/],
    ['a duplicate in a nested object', '[{"x":{"a":1,"b":2,"a":3}}]', /twice/],
    ['__proto__', '{"__proto__":{}}', /__proto__/],
    ['constructor', '{"a":{"constructor":1}}', /constructor/],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), /deeper/],
    ['90,000 open brackets', '['.repeat(90_000), /deeper/],
    ['a string without an end', '{"a":"b', /no end/],
    ['half an object', '{"a":', /valid JSON/],
    ['a wrong escape in a key', '{"\\x":1}', /valid JSON/],
    ['an unquoted word', '{"a":hello}', /valid JSON/],
  ])('refuses %s', (_what, text, why) => {
    expect(() => parse(text)).toThrow(why);
  });

  it('takes 32 levels and refuses bytes that are no UTF-8', () => {
    expect(parse('['.repeat(32) + ']'.repeat(32))).toBeDefined();
    expect(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/UTF-8/);
  });
});
