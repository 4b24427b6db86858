import { AppError } from '@platform/errors';

/** 409: one attempt at a time. */
export const paymentInProgress = () =>
  new AppError('conflict', 'payment_in_progress', 'A payment of this order is under way; wait for its outcome.', {
    retryAfterSeconds: 2,
  });

/** 422: more than is left of the payment. */
export const refundExceedsPayment = (leftMinor: number) =>
  new AppError(
    'unprocessable',
    'refund_exceeds_payment',
    `Only ${leftMinor} minor units of this payment are left to refund.`,
    {
      errors: [{ field: 'amount', code: 'refund_exceeds_payment', message: `${leftMinor} left` }],
    },
  );

/** 409: there is no money to give back. */
export const paymentNotRefundable = (status: string) =>
  new AppError(
    'conflict',
    'payment_not_refundable',
    `The payment is ${status}; only a payment that succeeded can be refunded.`,
  );

/** 409: there is no money set aside to be taken. */
export const paymentNotCapturable = (status: string) =>
  new AppError(
    'conflict',
    'payment_not_capturable',
    `The payment is ${status}; only one that is authorized can be captured.`,
  );

/** 409: there is no money set aside to be let go. */
export const paymentNotVoidable = (status: string) =>
  new AppError(
    'conflict',
    'payment_not_voidable',
    `The payment is ${status}; only one that is authorized can be voided.`,
  );

/** 400: not from the provider, altered on its way, or too old. */
export const signatureInvalid = () =>
  new AppError('invalid', 'signature_invalid', 'The signature of this event does not hold.');

/** 409: one comparison of a gateway at a time. */
export const reconciliationInProgress = () =>
  new AppError('conflict', 'reconciliation_in_progress', 'This gateway is being compared already.', {
    retryAfterSeconds: 30,
  });
