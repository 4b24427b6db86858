import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What no log line may hold: people's addresses and names, proofs of who they are, and what they paid with. */
const PRIVATE = [
  ['an e-mail address', /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.(test|com|org|net)\b/],
  ['a token', /\beyJ[A-Za-z0-9_-]{8,}\.|refresh_token=|oidc_sign_in=|[?&](code|state)=|Bearer [A-Za-z0-9]/],
  ['a password', /countinghouse-demo|correct horse|argon2id|a-secret-of-the-shop/i],
  ['a postal address', /SW1Y 4JH|12 Square|Ada Lovelace|"(line1|postalCode)"/],
  ['a network address of a client', /"(address|ip|remoteAddress)"\s*:\s*"/],
  ['a method of payment', /"tok_[a-z]+"/],
];

/**
 * @param {string} text a log
 * @returns {string[]} what is in it that must not be, each with the line
 */
export function privateDataIn(text) {
  return text
    .split('\n')
    .flatMap((line) =>
      PRIVATE.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line.slice(0, 300)}`),
    );
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
export function privateDataInLogs(folder) {
  return readdirSync(folder).flatMap((file) =>
    privateDataIn(readFileSync(join(folder, file), 'utf8')).map((found) => `${file}: ${found}`),
  );
}
