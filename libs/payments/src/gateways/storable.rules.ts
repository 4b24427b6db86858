/** NUL and halves of characters, as JSON writes them: jsonb does not know them. */
const UNSTORABLE = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

/** Words of another house, with another sign for what the database can't keep. */
export function storableText(words: string): string {
  return words.toWellFormed().replaceAll('\0', '\ufffd');
}

/** JSON as it came, or with another sign for what the database can't keep. */
export function storableJson(json: string): string {
  if (!UNSTORABLE.test(json)) return json;
  return JSON.stringify(
    JSON.parse(json, (_name, value: unknown) => (typeof value === 'string' ? storableText(value) : value)),
  );
}
