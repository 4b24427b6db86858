import type { Payment, Sale } from '@app/payments';
import type { Order } from './orders.types';

/** The payment of an order that has succeeded or may still; the database allows one at the most. */
export function livePaymentOf(payments: Payment[]): Payment | undefined {
  return payments.find(({ status }) => status === 'processing' || status === 'authorized' || status === 'succeeded');
}

/** What the ledger needs to know of an order. */
export function saleOf({ id, currency, subtotalMinor, discountMinor, taxMinor, shippingMinor }: Order): Sale {
  return { reference: id, currency, netMinor: subtotalMinor - discountMinor, taxMinor, shippingMinor };
}
