import { MOST_PARTS, shorten } from './shortened';

describe('shorten', () => {
  it('leaves what may be valid as it is', () => {
    const body = { items: new Array(MOST_PARTS).fill({ a: [1, null, 'text'] }), none: null };
    const before = structuredClone(body);
    shorten(body);
    expect(body).toEqual(before);
  });

  it('leaves one more than may be, of items and of fields, at any depth', () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, n]));
    const body = { lists: [new Array(5_000).fill({})], map: { further: fields } };
    shorten(body);
    expect(body.lists[0]).toHaveLength(MOST_PARTS + 1);
    expect(Object.keys(body.map.further)).toHaveLength(MOST_PARTS + 1);
  });
});
