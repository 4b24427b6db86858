import { Injectable } from '@nestjs/common';
import { refundFailed } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Log } from '@platform/observability';
import { OrdersRepository } from './orders.repository';

const ANY_PAID = ['confirmed', 'shipped', 'delivered', 'cancelled', 'expired', 'needs_attention'] as const;

interface FailedRefund {
  refundId: string;
  reference: string;
  failureCode: string;
}

/** The gateway refused to give money back: the order's timeline says so, and somebody has to see to it. */
@Injectable()
export class NoteFailureWhenRefundFailed implements Listener<FailedRefund> {
  readonly name = 'note-failure-when-refund-failed';
  readonly mode = 'inTransaction';
  readonly events = [refundFailed];

  constructor(
    private readonly orders: OrdersRepository,
    private readonly log: Log,
  ) {}

  async handle({ payload: { refundId, reference, failureCode } }: DeliveredEvent<FailedRefund>): Promise<void> {
    await this.orders.change(reference, {
      from: ANY_PAID,
      step: 'refund_failed',
      actor: 'payments',
      detail: failureCode,
    });
    this.log.error('orders.refund_failed', { orderId: reference, refundId, failureCode });
  }
}
