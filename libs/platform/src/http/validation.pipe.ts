import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validationFailed, type FieldError } from '@platform/errors';
import { shorten } from './shortened';
import { certainlyPasses } from './sure-check';

const MAX_REPORTED = 100;
const CODES: Record<string, string> = { whitelistValidation: 'unknown_field' };

/**
 * Leaves Nest's pipe, and class-validator, only what may be wrong. It knows `whitelist`, `forbidNonWhitelisted`,
 * `forbidUnknownValues` and `transform`; groups and whatever else changes the rules would have to be taught to it.
 */
class QuickValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && this.toValidate(metadata)) shorten(value); // what comes from elsewhere is not ours to cut
    return this.passed(value, metadata) ?? super.transform(value, metadata);
  }

  /** The instance of a plain object that certainly is valid: it came out of JSON or a query, so it holds nothing else. */
  private passed(value: unknown, metadata: ArgumentMetadata): Promise<object> | undefined {
    const { metatype } = metadata;
    if (typeof value !== 'object' || value === null || !metatype || !this.toValidate(metadata)) return undefined;
    const instance = plainToInstance(metatype as new () => object, value, this.transformOptions);
    return certainlyPasses(instance) ? Promise.resolve(instance) : undefined;
  }
}

/**
 * Turns bodies and queries into DTOs and refuses whatever they do not describe: unknown fields, wrong types, lists in
 * place of objects. Nothing is converted silently; a query's numbers are converted by its own DTO.
 */
export function createValidationPipe(): ValidationPipe {
  return new QuickValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      validationFailed(errors.flatMap((error) => toFieldErrors(error, '')).slice(0, MAX_REPORTED)),
  });
}

function toFieldErrors(error: ValidationError, parent: string): FieldError[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    field,
    code: CODES[constraint] ?? toSnakeCase(constraint),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => toFieldErrors(child, field))];
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
