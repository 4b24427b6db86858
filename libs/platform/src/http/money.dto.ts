import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Matches, Max, Min } from 'class-validator';

/** The largest amount of a single price: 100 lines of 1,000 pieces of it still add up exactly in a double. */
export const MAX_PRICE_MINOR = 9_999_999_999;

/** An amount of money in whole minor units (cents); never a float. */
export class MoneyDto {
  /** Minor units of the currency */
  @ApiProperty({ type: 'integer', format: 'int64', example: 1999, minimum: 0, maximum: MAX_PRICE_MINOR })
  @IsInt()
  @Min(0)
  @Max(MAX_PRICE_MINOR)
  amount: number;

  /**
   * ISO 4217
   * @example "USD"
   */
  @IsString()
  @Matches(/^[A-Z]{3}$/)
  currency: string;
}
