import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Digits become a number; everything else stays what it is and fails validation. */
export const DigitsToNumber = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  );

/** How much of a list is wanted at once. */
export class LimitQuery {
  /** How many entries a page has at the most */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, default: 20, required: false })
  @DigitsToNumber()
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}

/** The part of a list's query that all lists share. */
export class PageQuery extends LimitQuery {
  /** `page.nextCursor` of the page before; absent for the first page */
  @IsOptional()
  @IsString()
  @Length(1, 512)
  cursor?: string;
}

/** Which part of a list a page is. */
export class PageInfo {
  /** How many entries a page has at the most */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, example: 20 })
  limit: number;

  /** Where the next page begins; null on the last */
  @ApiProperty({ type: 'string', maxLength: 512, nullable: true })
  nextCursor: string | null;
}
