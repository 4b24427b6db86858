import { ApiProperty } from '@nestjs/swagger';
import { MoneyDto, PageInfo } from '@platform/http';
import type { Availability } from '@app/inventory';
import { ATTRIBUTES_SCHEMA } from './attributes.decorator';
import { PRODUCT_STATUSES, type ProductStatus, type StockedProduct } from './product.types';

/** A product. */
export class ProductResponse {
  /** The product's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * Its name for machines and people; never changes
   * @example "DEMO-MUG"
   */
  sku: string;

  /**
   * What it is called
   * @example "Stoneware Mug, 350 ml"
   */
  @ApiProperty({ maxLength: 200 })
  name: string;

  /** What there is to say about it */
  @ApiProperty({ maxLength: 5000 })
  description: string;

  /** Net price of one piece */
  price: MoneyDto;

  /** Tax on top of the price in hundredths of a percent */
  @ApiProperty({ type: 'integer', example: 825, minimum: 0, maximum: 10_000 })
  taxRateBps: number;

  /** Only active products are for sale */
  @ApiProperty({ enum: PRODUCT_STATUSES, example: 'active' })
  status: ProductStatus;

  /** What else there is to know, by name */
  @ApiProperty(ATTRIBUTES_SCHEMA)
  attributes: Record<string, string>;

  /** Whether there is enough of it, little, or nothing */
  @ApiProperty({ enum: ['in_stock', 'low', 'out'], example: 'in_stock' })
  availability: Availability;

  /** When it came into the catalogue */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  /** Grows with every change; send it back as If-Match */
  @ApiProperty({ type: 'integer', example: 1 })
  version: number;

  static from(product: StockedProduct): ProductResponse {
    const { id, sku, name, description, taxRateBps, status, attributes, availability } = product;
    const { priceMinor: amount, currency, createdAt, updatedAt, version } = product;
    const price = { amount, currency };
    return {
      id,
      sku,
      name,
      description,
      price,
      taxRateBps,
      status,
      attributes,
      availability,
      createdAt,
      updatedAt,
      version,
    };
  }
}

/** One page of products. */
export class ProductPage {
  /** The products of this page */
  @ApiProperty({ type: [ProductResponse] })
  data: ProductResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
