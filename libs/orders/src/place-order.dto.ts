import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsISO31661Alpha2,
  IsObject,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsText } from '@platform/http';
import { MayBeAbsent } from './optional.decorator';

/** One product of an order. */
export class OrderItemRequest {
  /**
   * The product
   * @example "DEMO-MUG"
   */
  @IsString()
  @Matches(/^[A-Z0-9][A-Z0-9-]{0,63}$/)
  sku: string;

  /** Whole pieces */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1_000, example: 1 })
  @IsInt()
  @Min(1)
  @Max(1_000)
  quantity: number;
}

/** Where an order goes to. */
export class AddressDto {
  /**
   * Who receives it
   * @example "Ada Lovelace"
   */
  @IsText({ max: 100 })
  name: string;

  /**
   * Street and number
   * @example "12 St James Square"
   */
  @IsText({ max: 100 })
  line1: string;

  /**
   * Floor, flat, company
   * @example "Second floor"
   */
  @MayBeAbsent()
  @IsText({ max: 100 })
  line2?: string;

  /**
   * City
   * @example "London"
   */
  @IsText({ max: 100 })
  city: string;

  /**
   * Postal code
   * @example "SW1Y 4JH"
   */
  @IsText({ max: 20 })
  postalCode: string;

  /**
   * ISO 3166-1 alpha-2
   * @example "GB"
   */
  @ApiProperty({ maxLength: 2 })
  @IsString()
  @Matches(/^[A-Z]{2}$/)
  @IsISO31661Alpha2()
  country: string;
}

/** How an order is paid. */
export class PaymentMethodRequest {
  /**
   * The gateway's token. In the sandbox: tok_ok, tok_declined, tok_insufficient_funds, tok_error, tok_lost, tok_slow,
   * tok_down
   * @example "tok_ok"
   */
  @ApiProperty({ maxLength: 104 })
  @IsString()
  @Matches(/^tok_[A-Za-z0-9_]{1,100}$/)
  method: string;
}

/** What to order, where to, and how it is paid. */
export class PlaceOrderRequest {
  /** The products, each sku once */
  @ApiProperty({ type: [OrderItemRequest], minItems: 1, maxItems: 100 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((item: OrderItemRequest | null) => item?.sku)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => OrderItemRequest)
  items: OrderItemRequest[];

  /** Where it goes to */
  @IsObject()
  @ValidateNested()
  @Type(() => AddressDto)
  shippingAddress: AddressDto;

  /** A code for a discount */
  @ApiProperty({ required: false, maxLength: 64 })
  @MayBeAbsent()
  @IsText({ max: 64 })
  couponCode?: string;

  /** With it the checkout runs on by itself */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => PaymentMethodRequest)
  payment?: PaymentMethodRequest;
}
