import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { DigitsToNumber, IsText, LimitQuery, OptionalMoment, PageInfo, PageQuery } from '@platform/http';
import { ORDER_STATUSES, OrderSummaryResponse } from './orders.dto';
import type { OrderStatus } from './orders.types';

/** Query of the order list */
export class ListOrdersQuery extends PageQuery {
  /** Only orders in this state */
  @ApiProperty({ enum: ORDER_STATUSES, required: false })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  /** Only orders placed at this moment or later */
  @OptionalMoment()
  from?: string;

  /** Only orders placed before this moment */
  @OptionalMoment()
  to?: string;

  /** Only this user's orders; needs `orders:read` */
  @ApiProperty({ format: 'uuid', required: false })
  @IsOptional()
  @IsUUID()
  userId?: string;

  /** The beginning of an order's number, in any case, or its whole id */
  @ApiProperty({ minLength: 1, maxLength: 100, required: false, example: 'CH-' })
  @IsOptional()
  @IsText({ max: 100 })
  search?: string;
}

/** Query of the list by page number */
export class NumberedPageQuery extends LimitQuery {
  /** Only orders in this state */
  @ApiProperty({ enum: ORDER_STATUSES, required: false })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  /** Which page; the first is 1 */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000, default: 1, required: false })
  @DigitsToNumber()
  @IsInt()
  @Min(1)
  @Max(10_000)
  page: number = 1;
}

/** One page of orders. */
export class OrderPage {
  /** The orders of this page, newest first */
  @ApiProperty({ type: [OrderSummaryResponse] })
  data: OrderSummaryResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}

/** Which page of how many. */
export class PaginationInfo {
  /** This page; the first is 1 */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000, example: 1 })
  page: number;

  /** How many orders a page has at the most */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, example: 20 })
  limit: number;

  /** How many orders there are */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 3 })
  total: number;

  /** How many pages they fill */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 1 })
  pages: number;
}

/** One numbered page of orders. */
export class NumberedOrderPage {
  /** The orders of this page, newest first */
  @ApiProperty({ type: [OrderSummaryResponse], maxItems: 100 })
  data: OrderSummaryResponse[];

  /** Which page this is */
  pagination: PaginationInfo;
}
