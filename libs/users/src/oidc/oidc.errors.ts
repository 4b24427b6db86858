import { AppError } from '@platform/errors';

/** 404: there is no sign-in provider of this name; GET /auth/oidc/providers lists those that are set up. */
export const oidcProviderNotFound = () =>
  new AppError(
    'not_found',
    'not_found',
    'There is no sign-in provider of this name; GET /api/v1/auth/oidc/providers lists those that are set up.',
  );

/** 400: this browser has begun no sign-in, or another one, or too long ago, or has come back from it before. */
export const oidcStateInvalid = () =>
  new AppError(
    'invalid',
    'oidc_state_invalid',
    'This sign-in was not begun here, or too long ago, or is over; begin again.',
  );

/** 401: what the provider has sent does not hold: a code that was used, a token for another sign-in, a deleted account. */
export const oidcSignInFailed = () =>
  new AppError('unauthenticated', 'oidc_sign_in_failed', 'The provider has not confirmed this sign-in; begin again.');

/** 403: somebody has said no at the provider, or the provider has. */
export const oidcAccessDenied = () =>
  new AppError('forbidden', 'oidc_access_denied', 'The sign-in was declined at the provider.');

/** 403: the provider does not say that the e-mail address is theirs. */
export const oidcEmailUnverified = () =>
  new AppError('forbidden', 'oidc_email_unverified', 'Verify your e-mail address with the provider first.');

/** 403: a provider's word alone opens no account that may do more than a customer's. */
export const oidcSecondFactorNeeded = () =>
  new AppError(
    'forbidden',
    'oidc_second_factor_needed',
    'This account may do more than a customer: sign in with its password and add a second factor first.',
  );

/** 409: nobody has proved the address of this account, and it may do more than a customer's. */
export const oidcAccountUnverified = () =>
  new AppError(
    'conflict',
    'oidc_account_unverified',
    'There is an account with this e-mail already; sign in to it with its password and verify the address first.',
  );

/** 409: the account with this e-mail belongs to somebody else at this provider; an address may change hands. */
export const oidcIdentityTaken = () =>
  new AppError(
    'conflict',
    'oidc_identity_taken',
    'The account with this e-mail is linked to another login of this provider; sign in in another way and unlink that first.',
  );
