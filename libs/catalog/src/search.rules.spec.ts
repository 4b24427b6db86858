import { queryWithSwaps } from './search.rules';

it('offers each word as it is, and with each pair of neighbours swapped', () => {
  expect(queryWithSwaps('Kettel')).toBe('(Kettel | eKttel | Ktetel | Kettel | Ketetl | Kettle)');
});

it('wants all words, and leaves short ones alone', () => {
  expect(queryWithSwaps('red mugs')).toBe('(red) & (mugs | umgs | mgus | musg)');
});

it('takes a letter for a letter, however it is stored', () => {
  expect(queryWithSwaps('𝒳abc')).toBe('(𝒳abc | a𝒳bc | 𝒳bac | 𝒳acb)');
});

it.each([`' OR 1=1 --`, 'a:* & !b | (c <-> d)', `\\'"`, 'MUG-STONEWARE-350', '%_*'])(
  'has no syntax from %s',
  (text) => {
    expect(queryWithSwaps(text)).toMatch(/^(\(\w+( \| \w+)*\)( & (?!$))?)*$/);
  },
);
