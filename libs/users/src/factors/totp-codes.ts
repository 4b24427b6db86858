import { Secret, TOTP } from 'otpauth';

/** Seconds for which a code is shown (RFC 6238, section 5.2, recommends 30). */
export const STEP_SECONDS = 30;

/** Steps before and after the present one that are taken too, for clocks that are a little off. */
const WINDOW = 1;

const SECRET_BYTES = 20; // as long as SHA-1's output (RFC 4226, section 4, requirement 6)

/** A new shared secret. */
export function createTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).buffer);
}

/** Whether a text has the form of a code; others are recovery codes. */
export function isTotpCode(text: string): boolean {
  return /^\d{6}$/.test(text);
}

/** `otpauth://totp/…`, which authenticator apps take from a QR code. SHA-1 and 6 digits: many apps know nothing else. */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  return totp(secret, issuer, account).toString();
}

/** The secret as a person types it. */
export function totpSecretText(secret: Uint8Array): string {
  return secretOf(secret).base32;
}

/** The time step (RFC 6238, section 4.2) that a code belongs to; undefined when it is none of the present ones. */
export function findStep(secret: Uint8Array, code: string, nowSeconds: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: nowSeconds * 1_000, window: WINDOW });
  return delta === null ? undefined : Math.floor(nowSeconds / STEP_SECONDS) + delta;
}

function totp(secret: Uint8Array, issuer = '', label = ''): TOTP {
  return new TOTP({ secret: secretOf(secret), issuer, label, algorithm: 'SHA1', digits: 6, period: STEP_SECONDS });
}

function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
