import { unavailable, type AppError } from '@platform/errors';
import { oidcAccessDenied, oidcSignInFailed } from './oidc.errors';

const RETRY_AFTER_SECONDS = 5;
const OWN_TROUBLE = ['server_error', 'temporarily_unavailable'];

/** What openid-client throws, as far as it tells something. */
interface Failure {
  name?: string;
  code?: string;
  /** RFC 6749, 4.1.2.1 and 5.2 */
  error?: string;
  /** The status of an answer in OAuth's own form. */
  status?: number;
  cause?: unknown;
}

export const providerAway = () =>
  unavailable('The sign-in provider does not answer; try again in a moment.', RETRY_AFTER_SECONDS);

/** Only a refusal is somebody's fault; what did not arrive, or arrived as a 5xx, is the provider's. */
export function explainOidcFailure(error: unknown): AppError {
  if (isOutage(error as Failure)) return providerAway();
  const { code, error: said } = error as Failure;
  const isDenied = code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR' && said === 'access_denied';
  return isDenied ? oidcAccessDenied() : oidcSignInFailed();
}

function isOutage(failure: Failure): boolean {
  const { code, error, status = 0, cause } = failure;
  if (status >= 500 || (cause instanceof Response && cause.status >= 500)) return true;
  if (error !== undefined && OWN_TROUBLE.includes(error)) return true;
  return isUnreachable(failure) || isUnreachable(cause) || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT';
}

/** "fetch failed", and why: by itself, or as the cause of what openid-client makes of it. */
function isUnreachable(failure: unknown): boolean {
  const { name, cause } = (failure ?? {}) as Failure;
  return name === 'TypeError' && cause !== undefined;
}

/** Its kind alone: the message may hold what the provider has sent. */
export function nameOfFailure(error: unknown): string {
  const { name, code, error: said = '' } = error as Failure;
  const isKnownForm = /^[a-z_]{1,40}$/.test(said);
  return [name, code, isKnownForm ? said : undefined].filter(Boolean).join(' ');
}
