import { pagesOf, PersonalData } from './personal-data';

const textOf = async (data: PersonalData) => {
  let text = '';
  for await (const piece of data.exportOf('p')) text += piece;
  return JSON.parse(text) as Record<string, unknown>;
};

describe('PersonalData', () => {
  it('exports every part in pages, empty ones and those of who only erases too', async () => {
    const data = new PersonalData();
    const all = Array.from({ length: 5 }, (_, n) => ({ n }));
    const asked: Array<number | undefined> = [];
    data.register({
      name: 'numbers',
      pages: () =>
        pagesOf<{ n: number }>(async (last, limit) => {
          asked.push(last?.n);
          return all.filter(({ n }) => n > (last?.n ?? -1)).slice(0, limit);
        }, 2),
    });
    data.register({ name: 'nothing', pages: () => pagesOf(async () => []) });
    data.register({ name: 'silent', erase: async () => 0 });
    expect(await textOf(data)).toEqual({ exportedAt: expect.any(String), numbers: all, nothing: [] });
    expect(asked).toEqual([undefined, 1, 3]);
    expect(() => data.register({ name: 'nothing' })).toThrow('nothing');
  });

  it('is done erasing when no part has more', async () => {
    const data = new PersonalData();
    const left = { a: 5, b: 1 };
    for (const name of ['a', 'b'] as const) {
      data.register({
        name,
        erase: async (_person, limit) => {
          const count = Math.min(left[name], limit);
          left[name] -= count;
          return count;
        },
      });
    }
    const done = [await data.eraseSome('p', 2), await data.eraseSome('p', 2), await data.eraseSome('p', 2)];
    expect([done, left]).toEqual([[false, false, true], { a: 0, b: 0 }]);
  });
});
