import { AppError } from '@platform/errors';

/** 409: somebody has an account with this e-mail address. */
export const emailTaken = () =>
  new AppError('conflict', 'email_taken', 'There is an account with this e-mail already.');

/** 401: no such account, or not its password; which of the two is nobody's business. */
export const invalidCredentials = () =>
  new AppError('unauthenticated', 'invalid_credentials', 'The e-mail or the password is wrong.');

/** 401: the refresh token is unknown, has expired, or its session has ended. */
export const refreshTokenInvalid = () =>
  new AppError('unauthenticated', 'refresh_token_invalid', 'The session is over; sign in again.');

/** 401: the refresh token has been used before, so two parties hold it. The session has been ended. */
export const refreshTokenReused = () =>
  new AppError(
    'unauthenticated',
    'refresh_token_reused',
    'This refresh token was used before, so its session has been ended; sign in again.',
  );

/** 422: the token of a mail is unknown, has expired, or was used before; which of them is nobody's business. */
export const mailTokenInvalid = () =>
  new AppError('unprocessable', 'mail_token_invalid', 'This link has expired or was used before; ask for another one.');

/** 409: nothing to send a mail for. */
export const emailAlreadyVerified = () =>
  new AppError('conflict', 'email_already_verified', 'The e-mail address has been verified already.');

/** 403: the password is right, and an administrator has locked the account. */
export const accountLocked = () =>
  new AppError('forbidden', 'account_locked', 'This account has been locked; ask the support.');

/** 409: nobody would be left who can administer the house. */
export const lastAdmin = () => new AppError('conflict', 'last_admin', 'This is the last account that is an admin.');

/** 409: nobody can lock themselves. */
export const ownAccount = () => new AppError('conflict', 'own_account', 'This is your own account.');

/** 401: not the code of this moment, or one that was used before. */
export const codeInvalid = () =>
  new AppError('unauthenticated', 'code_invalid', 'The code is wrong, or was used before; each works once.');

/** 401: the second step came too late, or after too many wrong codes, or was made before. */
export const challengeInvalid = () =>
  new AppError('unauthenticated', 'challenge_invalid', 'This sign-in is no longer waiting; begin again.');

/** 401: no passkey of ours, not its signature, not for this moment; which of them is nobody's business. */
export const passkeyInvalid = () =>
  new AppError('unauthenticated', 'passkey_invalid', 'The passkey does not hold; try again or sign in another way.');

/** 403: who has a second factor shows that, not the password. */
export const secondFactorRequired = () =>
  new AppError('forbidden', 'second_factor_required', 'This account has a second factor; show a code or a passkey.');

/** 409: one authenticator app each. */
export const totpEnrolled = () =>
  new AppError('conflict', 'totp_enrolled', 'There is an authenticator app already; remove it first.');

/** 409: there is nothing to confirm. */
export const totpNotBegun = () =>
  new AppError('conflict', 'totp_not_begun', 'Begin with POST /auth/mfa/totp, then confirm its first code.');

/** 409: recovery codes stand in for a second factor, and there is none. */
export const secondFactorMissing = () =>
  new AppError('conflict', 'second_factor_missing', 'This account has no second factor.');

/** 409: this passkey is registered already. */
export const passkeyRegistered = () =>
  new AppError('conflict', 'passkey_registered', 'This passkey is registered already.');

/** 409: remove one first. */
export const tooManyPasskeys = () =>
  new AppError('conflict', 'too_many_passkeys', 'An account has at most 20 passkeys; remove one first.');

/** 422: the browser's answer does not belong to the options that it was given, or came too late. */
export const passkeyRefused = () =>
  new AppError(
    'unprocessable',
    'passkey_refused',
    'The passkey was not registered; ask for new options and try again.',
  );
