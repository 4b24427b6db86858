import { longWords, nearWords } from './search.rules';

it('offers each word as it is or begins, and with each pair of neighbours swapped', () => {
  expect(nearWords('Kettel')).toBe('(Kettel:* | eKttel | Ktetel | Kettel | Ketetl | Kettle)');
});

it('wants all words, and leaves short ones alone', () => {
  expect(nearWords('mugs red')).toBe('(mugs | umgs | mgus | musg) & (red:*)');
});

it('takes a letter for a letter, however it is stored', () => {
  expect(nearWords('𝒳abc')).toBe('(𝒳abc:* | a𝒳bc | 𝒳bac | 𝒳acb)');
});

it.each([`' OR 1=1 --`, 'a:* & !b | (c <-> d)', `\\'"`, 'MUG-STONEWARE-350', '%_*'])(
  'has no syntax from %s',
  (text) => {
    expect(nearWords(text)).toMatch(/^(\(\w+(:\*)?( \| \w+)*\)( & (?!$))?)*$/);
  },
);

it('compares words, not their crumbs', () => {
  expect(longWords(`Chef's knife, 9 cm`)).toEqual(['Chef', 'knife']);
  expect(longWords('%')).toEqual([]);
});
