import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { IsText, MoneyDto } from '@platform/http';
import type { Payment, PaymentStatus, Refund, RefundStatus } from './payments.types';

/** Absent, or of its type: `null` is neither, though IsOptional would let it pass. */
const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

const PAYMENT_STATUSES = ['processing', 'authorized', 'succeeded', 'failed', 'voided'];
const REFUND_STATUSES = ['processing', 'succeeded', 'failed'];
const MAX_REFUND_MINOR = Number.MAX_SAFE_INTEGER;

/** One attempt to be paid. */
export class PaymentResponse {
  /** The payment's id, which is also its idempotency key at the gateway */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The order that is paid for */
  @ApiProperty({ format: 'uuid' })
  orderId: string;

  /** `processing` until the gateway's answer is certain */
  @ApiProperty({ enum: PAYMENT_STATUSES, example: 'succeeded' })
  status: PaymentStatus;

  /** What is to be paid */
  amount: MoneyDto;

  /** What has gone back of it */
  refunded: MoneyDto;

  /**
   * The payment gateway
   * @example "sandbox"
   */
  provider: string;

  /**
   * Why it failed, in the gateway's words
   * @example "card_declined"
   */
  failureCode?: string;

  /** When it was begun */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from(payment: Payment): PaymentResponse {
    const { id, reference, status, amountMinor, refundedMinor, currency, provider, failureCode } = payment;
    return {
      id,
      orderId: reference,
      status,
      amount: { amount: amountMinor, currency },
      refunded: { amount: refundedMinor, currency },
      provider,
      failureCode: failureCode ?? undefined,
      createdAt: payment.createdAt,
      updatedAt: payment.updatedAt,
    };
  }
}

/** Money to be given back. */
export class RefundRequest {
  /** Minor units; all that is left of the payment when absent */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, required: false, example: 500 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_REFUND_MINOR)
  amount?: number;

  /**
   * Why
   * @example "Arrived broken"
   */
  @MayBeAbsent()
  @IsText({ max: 500 })
  reason?: string;
}

/** Money on its way back. */
export class RefundResponse {
  /** The refund's id, which is also its idempotency key at the gateway */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The payment that it is a part of */
  @ApiProperty({ format: 'uuid' })
  paymentId: string;

  /** What goes back */
  amount: MoneyDto;

  /** `processing` until the gateway's answer is certain */
  @ApiProperty({ enum: REFUND_STATUSES, example: 'processing' })
  status: RefundStatus;

  /** Why */
  @ApiProperty({ maxLength: 500, required: false })
  reason?: string;

  /** Why it failed, in the gateway's words */
  failureCode?: string;

  /** When it was asked for */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from(refund: Refund): RefundResponse {
    const { id, paymentId, amountMinor, currency, status, reason, failureCode, createdAt, updatedAt } = refund;
    return {
      id,
      paymentId,
      amount: { amount: amountMinor, currency },
      status,
      reason: reason ?? undefined,
      failureCode: failureCode ?? undefined,
      createdAt,
      updatedAt,
    };
  }
}

/** What the gateway gets for an event. */
export class EventReceipt {
  /** The event is kept; it need not be sent again */
  @ApiProperty({ example: true })
  received: boolean;
}
