import { AppError, type FieldError } from './app-error';

/** 400: the request is not of the documented form. `errors` names each wrong field. */
export const validationFailed = (errors: FieldError[]) =>
  new AppError('invalid', 'validation_failed', 'The request is not valid; see errors.', { errors });

/** 400: the body is no JSON, or JSON that nobody can read safely (duplicate keys, too deep). */
export const malformedJson = (why: string) => new AppError('invalid', 'malformed_json', why);

/** 404: there is no such thing, or it is not yours to see. */
export const notFound = (what: string) => new AppError('not_found', 'not_found', `There is no such ${what}.`);

/** 401: no proof of who is asking, or a proof that does not hold. */
export const unauthenticated = () =>
  new AppError('unauthenticated', 'unauthenticated', 'Sign in and send the access token as a Bearer token.');

/** 403: we know who is asking, and that is not enough. */
export const forbidden = () => new AppError('forbidden', 'forbidden', 'You are not allowed to do this.');

/** 403: this needs a proof within the last five minutes that it is still the same person. */
export const stepUpRequired = () =>
  new AppError('forbidden', 'step_up_required', 'Prove again who you are with POST /auth/step-up, then repeat this.');

/** 412: the resource has changed since the version that was named in If-Match. */
export const versionMismatch = (current: number) =>
  new AppError('precondition', 'version_mismatch', `The resource is at version ${current} now; read it again.`);

/** 503: a part we need is busy or away. Safe to try again. */
export const unavailable = (detail = 'The service is busy; try again in a moment.', retryAfterSeconds = 1) =>
  new AppError('unavailable', 'unavailable', detail, { retryAfterSeconds });
