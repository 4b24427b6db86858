import { ApiProperty } from '@nestjs/swagger';
import type { Payment } from '@app/payments';
import { MoneyDto } from '@platform/http';

/** What an order shows of a payment. */
export class OrderPaymentResponse {
  /** The payment's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The order that is paid for */
  @ApiProperty({ format: 'uuid' })
  orderId: string;

  /** `processing` until the gateway's answer is certain */
  @ApiProperty({ enum: ['processing', 'authorized', 'succeeded', 'failed', 'voided'], example: 'succeeded' })
  status: Payment['status'];

  /** What is to be paid */
  amount: MoneyDto;

  /** What has gone back of it */
  refunded: MoneyDto;

  /**
   * The payment gateway
   * @example "sandbox"
   */
  provider: string;

  /** Why it failed, in the gateway's words */
  failureCode?: string;

  /** When it was begun */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from(payment: Payment): OrderPaymentResponse {
    const { id, reference, status, amountMinor, refundedMinor, currency, provider, failureCode, createdAt, updatedAt } =
      payment;
    return {
      id,
      orderId: reference,
      status,
      amount: { amount: amountMinor, currency },
      refunded: { amount: refundedMinor, currency },
      provider,
      failureCode: failureCode ?? undefined,
      createdAt,
      updatedAt,
    };
  }
}

/** The payments of an order. */
export class OrderPaymentList {
  /** All attempts, in the order of their making */
  @ApiProperty({ type: [OrderPaymentResponse] })
  data: OrderPaymentResponse[];
}
