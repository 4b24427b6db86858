import { type Charge } from './charge';

/** A refusal that the caller is told of: status, public code, a sentence, and the charge it is about. */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly charge?: Charge,
  ) {
    super(message);
  }
}

/** The request itself is wrong; repeating it won't help. */
export const invalidRequest = (message: string) => new GatewayError(400, 'invalid_request', message);

/** No usable `Idempotency-Key`. */
export const invalidKey = () =>
  new GatewayError(400, 'invalid_idempotency_key', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');

/** No such `tok_…`. */
export const unknownMethod = (method: string) =>
  new GatewayError(400, 'unknown_method', `There is no payment method ${method}.`);

/** The bank said no; the failed charge comes along. */
export const declined = (charge: Charge) =>
  new GatewayError(402, charge.failureCode ?? 'card_declined', 'The payment method was declined.', charge);

/** Another call with this key has not ended yet. */
export const keyInUse = () => new GatewayError(409, 'key_in_use', 'A call with this Idempotency-Key is still running.');

/** The key was voided: nothing can be charged with it any more. */
export const keyClosed = (charge?: Charge) =>
  new GatewayError(409, 'key_closed', 'This Idempotency-Key was voided; it charges nothing any more.', charge);

/** The key belongs to a request with other parameters. */
export const keyReused = () =>
  new GatewayError(422, 'key_reused', 'This Idempotency-Key was used before with other parameters.');

/** What `tok_error` answers twice. */
export const gatewayBroken = () => new GatewayError(500, 'gateway_error', 'The gateway failed; nothing was charged.');

/** A void came too late: only a refund gives this money back. */
export const alreadyCharged = (charge: Charge) =>
  new GatewayError(409, 'already_charged', 'This charge succeeded; refund it instead.', charge);

/** No charge with this id. */
export const chargeNotFound = (id: string) => new GatewayError(404, 'charge_not_found', `There is no charge ${id}.`);

/** Only an authorized charge can be captured. */
export const notCapturable = (charge: Charge) =>
  new GatewayError(409, 'charge_not_capturable', `The charge is ${charge.status}, not authorized.`, charge);

/** Only a succeeded charge can be refunded. */
export const notRefundable = (charge: Charge) =>
  new GatewayError(409, 'charge_not_refundable', `The charge is ${charge.status}, not succeeded.`, charge);

/** A refund is made in the currency of its charge. */
export const currencyMismatch = (charge: Charge) =>
  new GatewayError(422, 'currency_mismatch', `The charge was made in ${charge.amount.currency}.`, charge);

/** All refunds together may not exceed the charge. */
export const refundExceedsCharge = (charge: Charge) =>
  new GatewayError(
    422,
    'refund_exceeds_charge',
    `Only ${charge.amount.amount - charge.refunded} of the charge is left to refund.`,
    charge,
  );
