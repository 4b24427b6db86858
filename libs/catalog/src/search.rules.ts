const SHORTEST_SWAP = 4;
const SHORTEST_TO_COMPARE = 3;

/**
 * A full-text query for all words of a text, of which the last may not be finished yet (`stonew`), and in each of which
 * two neighbouring letters may have changed places (`kettel`): trigrams, which see every other slip of the keys, miss half
 * of these. One variant per letter of the text; nothing but letters and digits gets into it, so it always is a query.
 */
export function nearWords(text: string): string {
  const words = wordsOf(text);
  return words
    .map((word, at) => [at === words.length - 1 ? `${word}:*` : word, ...swapsOf(word)])
    .map((variants) => `(${variants.join(' | ')})`)
    .join(' & ');
}

/** The words of a text that are long enough to resemble others. */
export function longWords(text: string): string[] {
  return wordsOf(text).filter((word) => word.length >= SHORTEST_TO_COMPARE);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function swapsOf(word: string): string[] {
  const letters = [...word];
  if (letters.length < SHORTEST_SWAP) return [];
  return letters.slice(1).map((letter, at) => letters.toSpliced(at, 2, letter, letters[at] as string).join(''));
}
