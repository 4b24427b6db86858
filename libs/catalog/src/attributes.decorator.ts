import { ValidateBy } from 'class-validator';
import { isCleanText } from '@platform/http';

const MAX_ATTRIBUTES = 50;
const MAX_KEY = 64;
const MAX_VALUE = 500;

/** How the documentation shows them. */
export const ATTRIBUTES_SCHEMA = {
  type: 'object',
  additionalProperties: { type: 'string', maxLength: MAX_VALUE },
  maxProperties: MAX_ATTRIBUTES,
  example: { material: 'Stoneware', size: '350 ml' },
} as const;

/** An object of texts by name: `{ "material": "stoneware" }`. */
export function IsAttributes() {
  return ValidateBy({
    name: 'attributes',
    validator: {
      validate: isAttributes,
      defaultMessage: () =>
        `$property must be an object of at most ${MAX_ATTRIBUTES} texts: names of 1 to ${MAX_KEY} characters, ` +
        `values of at most ${MAX_VALUE}, neither with control characters`,
    },
  });
}

export function isAttributes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= MAX_ATTRIBUTES && entries.every(([name, text]) => isName(name) && isValue(text));
}

function isName(name: string): boolean {
  return name !== '' && name.length <= MAX_KEY && isCleanText(name);
}

function isValue(text: unknown): boolean {
  return typeof text === 'string' && text.length <= MAX_VALUE && isCleanText(text);
}
