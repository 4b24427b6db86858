import { ApiProperty } from '@nestjs/swagger';
import { ORDER_PAYMENT_STATUSES, ORDER_STATUSES } from './orders.dto';
import type { OrderPaymentStatus, OrderStatus, TimelineEntry } from './orders.types';

/** As long as the reason that a person may give; a fault's text may be longer. */
const MAX_DETAIL_LENGTH = 500;

/** One step of an order's way. */
export class TimelineEntryResponse {
  /** When */
  at: Date;

  /**
   * What happened
   * @example "confirmed"
   */
  @ApiProperty({ pattern: '^[a-z_]+$', maxLength: 64 })
  step: string;

  /** The order's state after it */
  @ApiProperty({ enum: ORDER_STATUSES, example: 'confirmed' })
  status: OrderStatus;

  /** How its money stood after it */
  @ApiProperty({ enum: ORDER_PAYMENT_STATUSES, example: 'paid' })
  paymentStatus: OrderPaymentStatus;

  /** Who did it: a user's id, or a part of the system */
  @ApiProperty({ maxLength: 36 })
  actor: string | null;

  /** What there is to say about it */
  @ApiProperty({ type: 'string', maxLength: MAX_DETAIL_LENGTH, nullable: true })
  detail: string | null;

  static from({ at, step, status, paymentStatus, actor, detail }: TimelineEntry): TimelineEntryResponse {
    return { at, step, status, paymentStatus, actor, detail: detail?.slice(0, MAX_DETAIL_LENGTH) ?? null };
  }
}

/** The way of an order so far. */
export class TimelineResponse {
  /** Every step, oldest first */
  @ApiProperty({ type: [TimelineEntryResponse] })
  data: TimelineEntryResponse[];
}
