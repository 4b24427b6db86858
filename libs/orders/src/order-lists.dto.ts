import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { DigitsToNumber, PageQuery } from '@platform/http';
import { IsMoment } from './moment.decorator';
import { ORDER_STATUSES } from './orders.dto';
import type { OrderStatus } from './orders.types';

/** Query of the order list */
export class ListOrdersQuery extends PageQuery {
  /** Only orders in this state */
  @ApiProperty({ enum: ORDER_STATUSES, required: false })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  /** Only orders placed at this moment or later */
  @ApiProperty({ type: 'string', format: 'date-time', maxLength: 35, required: false })
  @IsOptional()
  @IsMoment()
  from?: string;

  /** Only orders placed before this moment */
  @ApiProperty({ type: 'string', format: 'date-time', maxLength: 35, required: false })
  @IsOptional()
  @IsMoment()
  to?: string;

  /** Only this user's orders; needs `orders:read` */
  @ApiProperty({ format: 'uuid', required: false })
  @IsOptional()
  @IsUUID()
  userId?: string;
}

/** Query of the list by page number */
export class NumberedPageQuery {
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

  /** How many orders a page has at the most */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, default: 20, required: false })
  @DigitsToNumber()
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}
