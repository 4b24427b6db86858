import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { IsText, PageQuery } from '@platform/http';
import { IsMoment } from './moment.decorator';
import { MayBeAbsent } from './optional.decorator';
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

/** Why an order is cancelled. */
export class CancelOrderRequest {
  /**
   * For whoever reads the timeline
   * @example "Ordered twice by mistake"
   */
  @MayBeAbsent()
  @IsText({ max: 500 })
  reason?: string;
}
