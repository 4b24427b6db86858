import { Injectable } from '@nestjs/common';
import { paymentRefunded } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { OrdersRepository } from './orders.repository';

const ANY_PAID = ['confirmed', 'shipped', 'delivered', 'cancelled', 'expired', 'needs_attention'] as const;

interface Refunded {
  reference: string;
  refundedMinor: number;
  amountMinor: number;
}

/** An order shows how much of its money has gone back. */
@Injectable()
export class NoteRefundWhenPaymentRefunded implements Listener<Refunded> {
  readonly name = 'note-refund-when-payment-refunded';
  readonly mode = 'inTransaction';
  readonly events = [paymentRefunded];

  constructor(private readonly orders: OrdersRepository) {}

  async handle({ payload }: DeliveredEvent<Refunded>): Promise<void> {
    const { reference, refundedMinor, amountMinor } = payload;
    const paymentStatus = refundedMinor >= amountMinor ? 'refunded' : 'partially_refunded';
    const detail = `${refundedMinor} of ${amountMinor} minor units`;
    await this.orders.change(reference, {
      from: ANY_PAID,
      paymentStatus,
      step: paymentStatus,
      actor: 'payments',
      detail,
    });
  }
}
