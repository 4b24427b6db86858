import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { IsText } from '@platform/http';

export const MAX_NAME_LENGTH = 100;

/** What mail programs make a link of: `https://…`, `www.…`, and a host with a path. */
const LINK = /:\/\/|\bwww\.|[\p{L}\p{N}]\.\p{L}{2,}\//iu;

/** Mails greet people by name: whoever registers a stranger's address must not write into such a mail where to go. */
export function looksLikeLink(name: string): boolean {
  return LINK.test(name.normalize('NFKC'));
}

/** A name of a person. */
export function IsPersonName() {
  return applyDecorators(
    IsText({ max: MAX_NAME_LENGTH }),
    ValidateBy({
      name: 'noLink',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || !looksLikeLink(value),
        defaultMessage: () => '$property must not contain a web address',
      },
    }),
  );
}
