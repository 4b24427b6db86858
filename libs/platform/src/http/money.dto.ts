import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, isISO4217CurrencyCode, Matches, Max, Min, ValidateBy } from 'class-validator';

/** The largest amount of a single price: 100 lines of 1,000 pieces of it still add up exactly in a double. */
export const MAX_PRICE_MINOR = 9_999_999_999;

/** ISO 4217 has codes for metals, funds and tests too: nobody pays with them. */
const NO_MONEY = /^(X(A[GU]|B[A-D]|DR|PD|PT|SU|TS|UA|XX)|BOV|CHE|CHW|CLF|COU|MXV|USN|UYI|UYW)$/;

const isCurrency = (value: unknown) => isISO4217CurrencyCode(value) && !NO_MONEY.test(String(value));

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
  @ValidateBy({
    name: 'currency',
    validator: { validate: isCurrency, defaultMessage: () => '$property must be the code of a currency (ISO 4217)' },
  })
  currency: string;
}
