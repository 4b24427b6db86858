import type { Payment } from '@app/payments';

/** The payment of an order that has succeeded or may still; the database allows one at the most. */
export function livePaymentOf(payments: Payment[]): Payment | undefined {
  return payments.find(({ status }) => status === 'processing' || status === 'authorized' || status === 'succeeded');
}
