/** An amount in whole minor units. */
export interface Amount {
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
}

export type PaymentStatus = 'processing' | 'authorized' | 'succeeded' | 'failed' | 'voided';

/** One attempt to be paid. */
export interface Payment extends Amount {
  id: string;
  /** What is paid for: an order's id. */
  reference: string;
  buyerId: string;
  provider: string;
  method: string;
  status: PaymentStatus;
  failureCode: string | null;
  /** The gateway's own id of the charge. */
  providerRef: string | null;
  refundedMinor: number;
  refundRequestedMinor: number;
  /** Calls to the gateway that brought no answer to rely on. */
  calls: number;
  /** Since when it is open whether the gateway has charged; null while that is known. */
  unknownSince: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A payment to be taken. */
export interface NewPayment extends Amount {
  reference: string;
  buyerId: string;
  /** The gateway's token for a card or account, `tok_…`. */
  method: string;
}

export type RefundStatus = 'processing' | 'succeeded' | 'failed';

/** Money on its way back. */
export interface Refund extends Amount {
  id: string;
  paymentId: string;
  reason: string | null;
  status: RefundStatus;
  failureCode: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What the gateway says of a payment; `unknown` when it did not answer or has not decided. */
export type ChargeOutcome =
  | { kind: 'succeeded'; providerRef: string }
  | { kind: 'failed'; failureCode: string; providerRef?: string }
  | { kind: 'unknown'; why: 'timeout' | 'lost' | 'in_progress' }
  | { kind: 'unavailable' };
