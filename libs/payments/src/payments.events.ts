import { defineEvent } from '@platform/messaging';

/** The money of a payment is there. `reference` is what was paid for. */
export const paymentSucceeded = defineEvent<{ paymentId: string; reference: string }>('payments.succeeded', 1);

/** The money of a payment is set aside for us; it is taken by a capture, or set free by a void. */
export const paymentAuthorized = defineEvent<{ paymentId: string; reference: string }>('payments.authorized', 1);

/** The money of an authorized payment was taken. `payments.succeeded` tells the same of every payment. */
export const paymentCaptured = defineEvent<{ paymentId: string; reference: string }>('payments.captured', 1);

/** An authorized payment was given up: its money is free again, and will not be taken. */
export const paymentVoided = defineEvent<{ paymentId: string; reference: string }>('payments.voided', 1);

/** A payment has failed for good; another may be tried. */
export const paymentFailed = defineEvent<{ paymentId: string; reference: string; failureCode: string }>(
  'payments.failed',
  1,
);

/**
 * The gateway has settled a payment by itself, by its webhook, while the one who takes the payment may be waiting. (Who
 * asked the gateway knows the answer and needs no event to be woken.)
 */
export const paymentSettledByGateway = defineEvent<{ paymentId: string; reference: string }>(
  'payments.settled_by_gateway',
  1,
);

/** Money is to go back; the worker asks the gateway for it. */
export const refundRequested = defineEvent<{ refundId: string }>('payments.refund_requested', 1);

/** Money has gone back. `refundedMinor` of `amountMinor` are refunded by now. */
export const paymentRefunded = defineEvent<{
  paymentId: string;
  reference: string;
  refundId: string;
  refundedMinor: number;
  amountMinor: number;
}>('payments.refunded', 1);

/**
 * Money that had gone back has come back: the gateway called a refund a success first, and failed later. `refundedMinor` of
 * `amountMinor` are refunded by now.
 */
export const refundReversed = defineEvent<{
  paymentId: string;
  reference: string;
  refundId: string;
  failureCode: string;
  refundedMinor: number;
  amountMinor: number;
}>('payments.refund_reversed', 1);

/** The gateway refused to give money back. */
export const refundFailed = defineEvent<{
  refundId: string;
  paymentId: string;
  reference: string;
  failureCode: string;
}>('payments.refund_failed', 1);
