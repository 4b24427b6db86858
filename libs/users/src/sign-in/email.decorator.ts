import { applyDecorators } from '@nestjs/common';
import { isEmail, ValidateBy } from 'class-validator';
import { IsText } from '@platform/http';

/** The longest address that mail can be sent to (RFC 5321). */
export const MAX_EMAIL_LENGTH = 254;

/**
 * An e-mail address, trimmed. class-validator's own IsEmail throws at broken Unicode instead of refusing it, and takes
 * quoted local parts, which mail servers of today refuse.
 */
export function IsEmailAddress() {
  return applyDecorators(
    IsText({ max: MAX_EMAIL_LENGTH }),
    ValidateBy({
      name: 'isEmail',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.isWellFormed() && !value.includes('"') && isEmail(value),
        defaultMessage: () => '$property must be an e-mail address',
      },
    }),
  );
}
