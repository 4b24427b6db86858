import { ApiProperty } from '@nestjs/swagger';
import type { CheckOutcome } from './examine-books';

/** What the books say of one rule. */
interface CheckReport {
  status: 'up' | 'down';
  count: number | null;
}

/** Whether everything is true that must be true of the data. */
export class BooksReport {
  /** `down` when a rule is broken or could not be looked at */
  @ApiProperty({ enum: ['up', 'down'], example: 'up' })
  status: 'up' | 'down';

  /** Each rule, with how many rows break it; `null` when it could not be looked at in time */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['status', 'count'],
      properties: {
        status: { type: 'string', enum: ['up', 'down'] },
        count: { type: ['integer', 'null'] as never, format: 'int32', minimum: 0, maximum: 2_147_483_647 },
      },
    },
    example: { 'inventory.reserved_equals_holds': { status: 'up', count: 0 } },
  })
  checks: Record<string, CheckReport>;

  static from(outcomes: CheckOutcome[]): BooksReport {
    const checks = Object.fromEntries(
      outcomes.map(({ name, count }): [string, CheckReport] => [name, { status: count === 0 ? 'up' : 'down', count }]),
    );
    return { status: outcomes.every(({ count }) => count === 0) ? 'up' : 'down', checks };
  }
}
