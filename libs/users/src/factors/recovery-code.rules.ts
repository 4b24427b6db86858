import { createHash, randomInt } from 'node:crypto';

/** How many there are at a time. */
export const RECOVERY_CODES = 10;

/** Crockford's base 32: none of them is mistaken for another. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16; // 80 bits: nobody finds one from its hash
const PATTERN = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);

/** New recovery codes, as a person writes them down: `7Q2M-X04K-9DVA-E5T8`. */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    return letters.replace(/(.{4})(?=.)/g, '$1-');
  });
}

/**
 * Under this a code is stored; undefined for what can't be one. As random as it is, a plain hash can't be guessed
 * backwards. Case, spaces and hyphens don't matter, nor O for 0 and I or L for 1.
 */
export function hashRecoveryCode(written: string): Buffer | undefined {
  const code = written.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return PATTERN.test(code) ? createHash('sha256').update(`recovery code ${code}`).digest() : undefined;
}
