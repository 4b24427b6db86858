import type { Payment } from '@app/payments';
import type { OrderPaymentStatus } from './orders.types';

/** What an order shows of how much of its money has gone back, by the payment as it is now. */
export function refundStateOf({ refundedMinor, amountMinor }: Pick<Payment, 'refundedMinor' | 'amountMinor'>): {
  paymentStatus: OrderPaymentStatus;
  detail: string;
} {
  const detail = `${refundedMinor} of ${amountMinor} minor units`;
  if (refundedMinor === 0) return { paymentStatus: 'paid', detail };
  return { paymentStatus: refundedMinor >= amountMinor ? 'refunded' : 'partially_refunded', detail };
}
