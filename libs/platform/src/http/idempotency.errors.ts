import { AppError, validationFailed } from '@platform/errors';

/** 400: the route changes something that must not happen twice, so it wants a key. */
export const idempotencyKeyRequired = () =>
  new AppError(
    'invalid',
    'idempotency_key_required',
    'Send an Idempotency-Key header: any string that is new for a new request.',
  );

/** 422: this key has already been used for a different request. */
export const idempotencyKeyReused = () =>
  new AppError(
    'unprocessable',
    'idempotency_key_reused',
    'This Idempotency-Key belongs to a different request; use a new one.',
  );

/** 409: the first request with this key has not ended yet. */
export const idempotencyInProgress = () =>
  new AppError('conflict', 'idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', {
    retryAfterSeconds: 1,
  });

/** 409: the answer was stored with its secret sealed, and the key that it was sealed with is gone. */
export const idempotencyAnswerLost = () =>
  new AppError(
    'conflict',
    'idempotency_answer_lost',
    'This request was carried out, but its answer can no longer be shown; look at what it made, or send it with a new key.',
  );

/** 400: not a key. */
export const idempotencyKeyInvalid = () =>
  validationFailed([
    {
      field: 'Idempotency-Key',
      code: 'idempotency_key',
      message: 'Idempotency-Key must be 1–255 visible ASCII characters',
    },
  ]);
