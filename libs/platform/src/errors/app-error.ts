/** What went wrong, in our own words. Only the problem filter of platform/http knows which HTTP status each one is. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition'
  | 'unprocessable'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable';

/** One wrong field of a request. `field` is a path such as `items.0.quantity`. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/** What an expected failure may tell the client beyond its sentence. Never put secrets or internals here. */
export interface ErrorDetails {
  /** Listed in the problem document as `errors`. */
  errors?: FieldError[];
  /** Whole seconds after which trying again makes sense; sent as `Retry-After`. */
  retryAfterSeconds?: number;
}

/**
 * An expected failure: something a client can meet and act upon. Everything that is not an AppError is a bug (or a
 * broken database) and is answered as `internal`. `code` is public and never changes; `message` is the sentence a
 * person reads.
 */
export class AppError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'AppError';
  }
}
