import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';

/** A day, or a time of it to the second or finer, with where on earth it is that time. */
const MOMENT = /^(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;

/**
 * A moment after RFC 3339, such as `2026-01-31T12:00:00Z`; a day alone is its midnight in UTC. class-validator's IsISO8601
 * also takes weeks, days of the year and times of nowhere in particular, which JavaScript reads as something else or not
 * at all.
 */
export function IsMoment() {
  return ValidateBy({
    name: 'moment',
    validator: {
      validate: isMoment,
      defaultMessage: () => '$property must be a time after RFC 3339, such as 2026-01-31T12:00:00Z, or a day',
    },
  });
}

/** One end of a span of time in a list's query: a moment that may be absent. */
export function OptionalMoment() {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'date-time', maxLength: 35, required: false }),
    IsOptional(),
    IsMoment(),
  );
}

export function isMoment(value: unknown): boolean {
  const [, day] = typeof value === 'string' ? (MOMENT.exec(value) ?? []) : [];
  return day !== undefined && isInCalendar(day);
}

/** JavaScript makes the 2nd of March of the 30th of February. */
function isInCalendar(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
