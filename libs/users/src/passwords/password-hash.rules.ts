import { randomBytes } from 'node:crypto';

/** argon2id as OWASP advises: 6–8 ms of CPU and 19 MiB each. Raise them freely: old hashes are replaced at sign-in. */
export const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hash of a random password that nobody knows, at the cost above. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$lsHEwmvr9iy0oqNiXhVwYg$GiELnZZ+pngvBH1cUU1inEvHJm/u+t4m/kcPJeeFg5s';

const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '');

/**
 * For an account without a password: of the form of a hash, and of none. Comparing with it is the same work as with any
 * other, and says no; making it is none.
 */
export function unknowablePasswordHash(): string {
  const { memoryCost, timeCost, parallelism } = COST;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(32)}`;
}
