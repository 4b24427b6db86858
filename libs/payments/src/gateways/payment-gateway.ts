import type { Amount, CaptureMode, ChargeOutcome, OpenOutcome, RefundOutcome } from '../payments.types';

/** What the gateway has said by itself, after its signature was checked. */
export interface GatewayEvent {
  id: string;
  type: string;
  /** The payment that it is about: our id, which is the gateway's idempotency key. */
  paymentId?: string;
  charge?: ChargeOutcome;
  /** The refund that it is about, by our id. */
  refund?: { id: string; outcome: RefundOutcome };
}

/** A charge, by our key for it and the gateway's own id, once that is known. */
export interface ChargeKey {
  /** Ours, and the same for ever: the payment's id. */
  key: string;
  providerRef: string | null;
}

/** A charge under a key that is ours and stays the same. */
export interface ChargeRequest extends ChargeKey, Amount {
  method: string;
  reference: string;
  /** `manual`: the money is only set aside, until it is captured. */
  capture: CaptureMode;
  /** Calls before this one that brought no answer to rely on. */
  calls: number;
  /**
   * Keeps the gateway's own id of the charge. A gateway that tells it before money can move must wait for this: what is
   * charged later can then be found and closed, whoever has died meanwhile.
   * @throws when nobody wants the payment any more
   */
  remember(providerRef: string): Promise<void>;
}

/** A refund under a key that is ours and stays the same: the refund's id. */
export interface RefundRequest extends Amount {
  key: string;
  providerRef: string;
  /** Calls before this one that brought no answer to rely on. */
  calls: number;
}

/** Refunds can wait; charges can't. However many refunds get no answer, they keep to these few of a gateway's calls. */
export const REFUND_CALLS = { atOnce: 8, waiting: 24 };

/** A charge as the gateway's own list shows it. */
export interface ListedCharge extends Amount {
  providerRef: string;
  /** Our payment's id; null when somebody else has charged. */
  paymentId: string | null;
  status: 'succeeded' | 'authorized' | 'failed' | 'voided';
  refundedMinor: number;
  /** What the gateway keeps for it, if it tells. */
  fee?: Amount;
  createdAt: Date;
}

/**
 * A payment provider. Calls are made outside of transactions and may be repeated with the same key without any second
 * effect. None of them throws for a gateway that is slow, lost, away or avoided by an open circuit: that is an outcome.
 */
export abstract class PaymentGateway {
  abstract readonly provider: string;

  /** Charges once per key. */
  abstract charge(request: ChargeRequest): Promise<ChargeOutcome>;

  /** Asks what has become of a charge. "No such charge" is `unknown`: the call may still be on its way. */
  abstract find(charge: ChargeKey): Promise<ChargeOutcome>;

  /** Takes the money of an authorized charge, all of it. Again is the same as once. */
  abstract capture(charge: ChargeKey): Promise<ChargeOutcome>;

  /**
   * Closes a key: from then on it can't be charged or captured any more, and what was authorized is free.
   * @returns `succeeded` when the money was taken before
   */
  abstract close(charge: ChargeKey): Promise<ChargeOutcome>;

  /** Refunds once per key. */
  abstract refund(request: RefundRequest): Promise<RefundOutcome>;

  /** What was charged in a time, newest first, page by page. @throws when the gateway does not answer */
  abstract listCharges(from: Date, to: Date): AsyncIterable<ListedCharge[]>;

  /** Checks the signature over the raw body and reads the event. @throws AppError `signature_invalid` */
  abstract readEvent(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): GatewayEvent;

  /** Rejects when the gateway can't be reached; resolves with facts for `/health/ready`. */
  abstract probe(): Promise<Record<string, string>>;

  /** Ends its connections; nobody calls any more. */
  abstract shutDown(): Promise<void>;
}

/** Whether an outcome leaves it open what has happened. */
export function isOpen(outcome: { kind: string }): outcome is OpenOutcome {
  return outcome.kind === 'unknown' || outcome.kind === 'unavailable' || outcome.kind === 'withheld';
}
