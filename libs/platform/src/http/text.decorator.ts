import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString, Length, ValidateBy } from 'class-validator';

// Everything of Unicode's category Cc; a text of several lines may keep its line ends and tabs.
const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /(?![\t\n\r])\p{Cc}/u;

/** Line ends of another kind, what turns the direction of all that follows, and what is no character. */
const DISGUISE = /[\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/;
/** Anything that can be seen: neither blanks, formatting and marks alone, nor the fillers of Hangul. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\u115f\u1160\u3164\uffa0]/u;

/** Limits of a text field, in UTF-16 code units after trimming. */
export interface TextOptions {
  min?: number;
  max: number;
  /** Whether line ends and tabs are part of the text. */
  multiline?: boolean;
}

/**
 * A text that a person wrote: trimmed, in Unicode's normal form C, of limited length, without control characters and
 * without lone surrogates (PostgreSQL would turn those into something else, or refuse them). Not of invisible characters
 * alone, and without those that make a text look like another.
 */
export function IsText({ min = 1, max, multiline = false }: TextOptions) {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().normalize('NFC') : value)),
    IsString(),
    Length(min, max),
    ValidateBy({
      name: 'text',
      validator: {
        validate: (value: unknown) => isCleanText(value, multiline),
        defaultMessage: () => '$property must not contain control characters or broken Unicode, and must be visible',
      },
    }),
  );
}

/** Whether a text, if it is one, holds nothing but what people write and can see. */
export function isCleanText(value: unknown, multiline = false): boolean {
  if (typeof value !== 'string') return true; // IsString says so already
  const isClean =
    value.isWellFormed() && !(multiline ? CONTROL_BUT_LINES : CONTROL).test(value) && !DISGUISE.test(value);
  return isClean && (value === '' || VISIBLE.test(value));
}
