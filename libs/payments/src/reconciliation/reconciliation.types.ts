/** Where a run stands. */
export type ReconciliationStatus = 'requested' | 'running' | 'done' | 'failed';

/** What our records and the gateway's do not agree about. */
export type DifferenceKind = 'charge_without_payment' | 'payment_without_charge' | 'amount_differs' | 'refund_differs';

/** One run that compares our payments with a gateway's list of charges. */
export interface Reconciliation {
  id: string;
  provider: string;
  status: ReconciliationStatus;
  coversFrom: Date;
  coversTo: Date;
  /** Charges of the gateway that it has looked at. */
  charges: number;
  /** Payments of ours that it has looked at. */
  payments: number;
  differences: number;
  createdAt: Date;
  updatedAt: Date;
}

/** One disagreement, with what each side says. */
export interface Difference {
  kind: DifferenceKind;
  paymentId: string | null;
  providerRef: string | null;
  currency: string;
  oursMinor: number;
  theirsMinor: number;
}

/** A disagreement as it is kept. */
export interface KeptDifference extends Difference {
  id: string;
  reconciliationId: string;
  createdAt: Date;
}

/** What a run needs to know of a payment of ours. */
export interface ComparedPayment {
  id: string;
  reference: string;
  provider: string;
  providerRef: string | null;
  status: 'processing' | 'authorized' | 'succeeded' | 'failed' | 'voided';
  wanted: 'capture' | 'void' | null;
  amountMinor: number;
  currency: string;
  refundedMinor: number;
  refundRequestedMinor: number;
  /** Changed after the time that the run covers, or still on its way: the next run will see where it came to rest. */
  isMoving: boolean;
}

/** What a run needs to know of a charge of the gateway's. */
export interface ComparedCharge {
  providerRef: string;
  status: 'succeeded' | 'authorized' | 'failed' | 'voided';
  amountMinor: number;
  currency: string;
  refundedMinor: number;
}
