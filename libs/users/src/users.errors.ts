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
