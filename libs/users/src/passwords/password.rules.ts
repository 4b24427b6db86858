import type { FieldError } from '@platform/errors';
import { isLeaked } from './leaked-passwords.rules';

/** Whose password it is to be. */
export interface PasswordOwner {
  email: string;
  firstName: string;
  lastName: string;
}

/** Longest password, in characters as people count them (code points). */
export const MAX_PASSWORD_LENGTH = 128;

/** The same in JavaScript's units, of which a character may take several; for what comes before the rules below. */
export const MAX_PASSWORD_UNITS = 8 * MAX_PASSWORD_LENGTH;

/** A shorter name stands in too many good passwords by chance. */
const MIN_IDENTITY_LENGTH = 5;

/** One spelling for what looks the same, so that a password typed on another keyboard is still the same password. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** What a new password is measured by. */
export interface PasswordPolicy {
  minLength: number;
  /** Passwords of published leaks, in lower case. */
  common: ReadonlySet<string>;
}

/** What is wrong with a new password, or undefined. */
export function findPasswordProblem(
  given: string,
  owner: PasswordOwner,
  { minLength, common }: PasswordPolicy,
): FieldError | undefined {
  const password = normalisePassword(given);
  const length = [...password].length;
  if (!password.isWellFormed()) return problem('text', 'must not contain broken Unicode');
  if (length < minLength) return problem('min_length', `must have ${minLength} characters or more`);
  if (length > MAX_PASSWORD_LENGTH) return problem('max_length', `must have at most ${MAX_PASSWORD_LENGTH} characters`);
  if (isLeaked(password, common)) return problem('leaked_password', 'is one that attackers try first; choose another');
  if (containsIdentity(password, owner)) return problem('contains_identity', 'must not contain your name or e-mail');
  return undefined;
}

function problem(code: string, what: string): FieldError {
  return { field: 'password', code, message: `password ${what}` };
}

function containsIdentity(password: string, { email, firstName, lastName }: PasswordOwner): boolean {
  const folded = password.toLowerCase();
  const parts = [email, email.split('@')[0] ?? '', firstName, lastName].map(fold);
  const isPart = parts.some((part) => [...part].length >= MIN_IDENTITY_LENGTH && folded.includes(part));
  return isPart || isFullName(bare(folded), [firstName, lastName].map(fold).map(bare));
}

/** A long name anywhere in it; of a short one only repetitions, as it stands in good passwords by chance. */
function isFullName(password: string, [first = '', last = '']: string[]): boolean {
  return [first + last, last + first].some((name) => {
    if (name === '' || password === '') return false; // nothing is left of what has neither letters nor digits
    return [...name].length >= MIN_IDENTITY_LENGTH ? password.includes(name) : password.replaceAll(name, '') === '';
  });
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();

/** Without what may stand between the names. */
const bare = (text: string) => text.replace(/[^\p{L}\p{M}\p{N}]/gu, '');
