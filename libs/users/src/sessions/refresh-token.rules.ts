import { createHash, createHmac, randomBytes } from 'node:crypto';

/** How long a refresh token is good for; each use gives a new one. */
export const REFRESH_TOKEN_SECONDS = 7 * 86_400;

/** How long a used token may be shown again by a client that missed the answer. */
export const RETRY_SECONDS = 10;

const TOKEN = /^[A-Za-z0-9_-]{43}$/; // 32 bytes in base64url

export function createRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

export function isRefreshToken(text: string | undefined): text is string {
  return text !== undefined && TOKEN.test(text);
}

/**
 * The token that follows this one. It is derived, not random: a repeated request gets the same answer, though nothing
 * but hashes is stored. Without the secret nobody can tell the next token from this one.
 */
export function successorOf(token: string, secret: string): string {
  return createHmac('sha256', secret).update(`refresh token after ${token}`).digest('base64url');
}

/** Under this a token is stored. It is as random as the token, so a plain hash can't be guessed backwards. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What is known about a token that a client shows. */
export interface ShownToken {
  isExpired: boolean;
  isUsed: boolean;
  /** Whether it was used only a moment ago. */
  isRetry: boolean;
  /** Whether its successor exists and has not been used. */
  isSuccessorWaiting: boolean;
  isSessionEnded: boolean;
}

/**
 * - `rotate`: hand out the successor;
 * - `repeat`: hand out the same successor again, to a client that retries or asks several times at once;
 * - `reused`: somebody else has gone on with this token, so it was stolen, from them or by them;
 * - `invalid`: nothing to be had for it.
 */
export type RefreshDecision = 'rotate' | 'repeat' | 'reused' | 'invalid';

export function decideRefresh(token: ShownToken | undefined): RefreshDecision {
  if (!token || token.isExpired) return 'invalid';
  if (token.isUsed && !(token.isRetry && token.isSuccessorWaiting)) return 'reused';
  if (token.isSessionEnded) return 'invalid';
  return token.isUsed ? 'repeat' : 'rotate';
}
