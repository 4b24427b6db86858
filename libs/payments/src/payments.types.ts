/** An amount in whole minor units. */
export interface Amount {
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
}

export type PaymentStatus = 'processing' | 'authorized' | 'succeeded' | 'failed' | 'voided';

/** Whether a charge takes the money at once, or only sets it aside until it is captured. */
export type CaptureMode = 'automatic' | 'manual';

/** One attempt to be paid. */
export interface Payment extends Amount {
  id: string;
  /** What is paid for: an order's id. */
  reference: string;
  buyerId: string;
  provider: string;
  method: string;
  capture: CaptureMode;
  status: PaymentStatus;
  /** What somebody has decided about an authorized payment, and the gateway has not confirmed yet. */
  wanted: 'capture' | 'void' | null;
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
  /** Calls to the gateway that brought no answer to rely on. */
  calls: number;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * Nothing is certain yet: `unknown` when the call may have arrived or the gateway has not decided, `unavailable` when
 * it was not taken, `withheld` when it was not even made, because the gateway has failed too often lately.
 */
export type OpenOutcome =
  | { kind: 'unknown'; why: 'timeout' | 'lost' | 'in_progress' }
  | { kind: 'unavailable' }
  | { kind: 'withheld'; retryAfterMs: number };

/** What is certain of a charge. `voided`: closed, so that no money was or will be taken. */
export type CertainOutcome =
  /** `fee`: what the gateway keeps for it, in the currency that it pays out, if it tells already. */
  | { kind: 'succeeded'; providerRef: string; fee?: Amount }
  | { kind: 'authorized'; providerRef: string }
  /** `isClosed`: because its key was closed, which also ends what was authorized meanwhile. */
  | { kind: 'failed'; failureCode: string; providerRef?: string; isClosed?: true; isUnsent?: boolean }
  /** `isUnsent`: because nobody has sent it, which counts for as long as no id of the provider is known. */
  | { kind: 'voided'; providerRef?: string; isUnsent?: boolean };

/** What the gateway says of a payment. */
export type ChargeOutcome = CertainOutcome | OpenOutcome;

/** What the gateway says of a refund. */
export type RefundOutcome =
  | { kind: 'succeeded'; providerRef: string }
  /** `providerRef`: of a refund that was made, perhaps even called a success, and came back; none when it was refused. */
  | { kind: 'failed'; failureCode: string; providerRef?: string }
  | OpenOutcome;
