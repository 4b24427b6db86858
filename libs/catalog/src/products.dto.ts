import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsText, MoneyDto, PageQuery } from '@platform/http';
import { ATTRIBUTES_SCHEMA, IsAttributes } from './attributes.decorator';
import { PRODUCT_SORTS, type ProductSort } from './product-list.rules';
import { PRODUCT_STATUSES, type NewProduct, type ProductChanges, type ProductStatus } from './product.types';

/** Absent, or of its type: `null` is neither, though IsOptional would let it pass. */
const MayBeAbsent = () => ValidateIf((_, value) => value !== undefined);

/** Query of the product list. */
export class ListProductsQuery extends PageQuery {
  /** Words to find in sku, name and description, such as `stoneware mug`, also misspelt or unfinished */
  @IsOptional()
  @IsText({ max: 100 })
  search?: string;

  /** Only products of this status; without the permission `catalog:write` there are none but active ones */
  @ApiProperty({ enum: PRODUCT_STATUSES, required: false })
  @IsOptional()
  @IsIn(PRODUCT_STATUSES)
  status?: ProductStatus;

  /** What to sort by; `-` means descending */
  @ApiProperty({ enum: PRODUCT_SORTS, default: '-createdAt', required: false })
  @IsIn(PRODUCT_SORTS)
  sort: ProductSort = '-createdAt';
}

/** A new product. */
export class CreateProductRequest {
  /**
   * Its name for machines and people; never changes, and is never given to another product
   * @example "MUG-SPECKLED-300"
   */
  @IsString()
  @Matches(/^[A-Z0-9][A-Z0-9-]{0,63}$/)
  sku: string;

  /**
   * What it is called
   * @example "Speckled Mug, 300 ml"
   */
  @IsText({ max: 200 })
  name: string;

  /**
   * What there is to say about it; may be empty
   * @example "A hand-glazed mug; each one is a little different."
   */
  @IsText({ min: 0, max: 5000, multiline: true })
  description: string;

  /** Net price of one piece */
  @IsObject()
  @ValidateNested()
  @Type(() => MoneyDto)
  price: MoneyDto;

  /** Tax on top of the price in hundredths of a percent; 0 unless it is ever named */
  @ApiProperty({ type: 'integer', example: 825, minimum: 0, maximum: 10_000, required: false })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(10_000)
  taxRateBps?: number;

  /** Only active products are for sale */
  @ApiProperty({ enum: PRODUCT_STATUSES, example: 'active' })
  @IsIn(PRODUCT_STATUSES)
  status: ProductStatus;

  /** What else there is to know, by name */
  @ApiPropertyOptional(ATTRIBUTES_SCHEMA)
  @MayBeAbsent()
  @IsAttributes()
  attributes?: Record<string, string>;

  static toProduct({ price, taxRateBps, attributes, ...rest }: CreateProductRequest): NewProduct {
    const { amount: priceMinor, currency } = price;
    return { ...rest, priceMinor, currency, taxRateBps: taxRateBps ?? 0, attributes: attributes ?? {} };
  }
}

/** What changes of a product: what is absent stays. `price` and `attributes` are replaced as a whole. */
export class UpdateProductRequest extends PartialType(OmitType(CreateProductRequest, ['sku']), {
  skipNullProperties: false,
}) {
  static toChanges({ price, ...rest }: UpdateProductRequest): ProductChanges {
    const changes = { ...rest, priceMinor: price?.amount, currency: price?.currency };
    return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  }
}
