const SHORTEST_SWAP = 4;

/**
 * A full-text query for all words of a text, in each of which two neighbouring letters may have changed places (`kettel`).
 * Trigrams, which see every other slip of the keys, miss half of these. At most one variant per letter of the text; only
 * letters and digits get into the query, so it is one whatever the text.
 */
export function queryWithSwaps(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => `(${[word, ...swapsOf(word)].join(' | ')})`).join(' & ');
}

function swapsOf(word: string): string[] {
  const letters = [...word];
  if (letters.length < SHORTEST_SWAP) return [];
  return letters.slice(1).map((letter, at) => letters.toSpliced(at, 2, letter, letters[at] as string).join(''));
}
