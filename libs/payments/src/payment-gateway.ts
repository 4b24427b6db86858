import type { Amount, ChargeOutcome } from './payments.types';

/** What the gateway has said by itself, after its signature was checked. */
export interface GatewayEvent {
  id: string;
  type: string;
  /** The payment that it is about: our id, which is the gateway's idempotency key. */
  paymentId?: string;
  charge?: ChargeOutcome;
  /** The refund that it is about, by our id. */
  refund?: { id: string; providerRef: string };
}

/** A charge under a key that is ours and stays the same: the payment's id. */
export interface ChargeRequest extends Amount {
  key: string;
  method: string;
  reference: string;
}

/** A refund under a key that is ours and stays the same: the refund's id. */
export interface RefundRequest extends Amount {
  key: string;
  providerRef: string;
}

/**
 * A payment provider. Calls are made outside of transactions, may take up to GATEWAY_TIMEOUT, and may be repeated with
 * the same key without any second effect.
 */
export abstract class PaymentGateway {
  abstract readonly provider: string;

  /** Charges once per key. Never throws for a gateway that is slow, lost or away: that is an outcome. */
  abstract charge(request: ChargeRequest): Promise<ChargeOutcome>;

  /** Asks what has become of a charge. "No such charge" is `unknown`: the call may still be on its way. */
  abstract find(key: string): Promise<ChargeOutcome>;

  /** Closes a key: from then on it can't be charged any more. @returns `succeeded` when the charge came first */
  abstract close(key: string): Promise<ChargeOutcome>;

  /** Refunds once per key. @throws when it is not known to have happened; call again with the same key */
  abstract refund(
    request: RefundRequest,
  ): Promise<{ kind: 'succeeded'; providerRef: string } | { kind: 'failed'; failureCode: string }>;

  /** Checks the signature over the raw body and reads the event. @throws AppError `signature_invalid` */
  abstract readEvent(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): GatewayEvent;

  /** Rejects when the gateway can't be reached; resolves with facts for `/health/ready`. */
  abstract probe(): Promise<Record<string, string>>;
}
