import { createHash, createHmac } from 'node:crypto';

/** What a token that was sent by mail is good for, and for how long. */
export const MAIL_TOKEN_SECONDS = { 'verify-email': 3 * 86_400, 'reset-password': 3_600 } as const;

/** What a token that was sent by mail is good for. */
export type MailTokenPurpose = keyof typeof MAIL_TOKEN_SECONDS;

/** So many mails of one purpose may go to one account in an hour; further requests are answered, and send nothing. */
export const MAILS_PER_HOUR = 5;

/** The form of a token: 32 bytes in base64url. */
export const MAIL_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token of one request. It is derived when the mail is written, from an id that is no secret and a key that only the
 * product has: so neither events nor jobs nor tables ever hold it, and a mail that is sent again has the same one.
 */
export function deriveMailToken(purpose: MailTokenPurpose, requestId: string, secret: string): string {
  return createHmac('sha256', secret).update(`mail token to ${purpose} for ${requestId}`).digest('base64url');
}

/** Under this a token is stored. It has 256 bits that nobody can guess, so a plain hash can't be tried backwards. */
export function hashMailToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
