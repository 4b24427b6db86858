import { isEmail } from 'class-validator';
import { MAX_EMAIL_LENGTH } from '../sign-in/email.decorator';
import { looksLikeLink, MAX_NAME_LENGTH } from '../person-name.decorator';
import { oidcEmailUnverified } from './oidc.errors';

/** What a provider says of somebody. */
export type OidcClaims = Record<string, unknown>;

/** As far as it is of use here. */
export interface OidcPerson {
  /** In lower case; the provider says that it is theirs. */
  email: string;
  firstName: string;
  lastName: string;
}

/**
 * Reads the claims (OpenID Connect Core 1.0, section 5.1). Only `true` is a verified e-mail: some providers leave the claim
 * out, and then nobody has said so.
 * @throws AppError `oidc_email_unverified`
 */
export function personFrom(claims: OidcClaims): OidcPerson {
  const email = typeof claims['email'] === 'string' ? claims['email'].trim().toLowerCase() : '';
  const isAddress = email.length <= MAX_EMAIL_LENGTH && email.isWellFormed() && isEmail(email);
  if (claims['email_verified'] !== true || !isAddress) throw oidcEmailUnverified();
  const [local = ''] = email.split('@');
  const whole = nameFrom(claims['name']);
  return {
    email,
    firstName: nameFrom(claims['given_name']) || whole.split(' ')[0] || local,
    lastName: nameFrom(claims['family_name']) || whole.split(' ').slice(1).join(' ') || local,
  };
}

/** As our own registration takes names: in normal form C, without control characters or links, and not too long. */
function nameFrom(claim: unknown): string {
  if (typeof claim !== 'string') return '';
  const plain = claim.normalize('NFC').replace(/[\p{Cc}\p{Cs}]/gu, '');
  return looksLikeLink(plain) ? '' : Array.from(plain.trim()).slice(0, MAX_NAME_LENGTH).join('').trim();
}
