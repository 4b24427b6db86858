import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** What must never be in the repository. */
const PATTERNS: Array<[what: string, pattern: RegExp]> = [
  ['a private key', /-----BEGIN (RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{20}/],
  ['a cloud access key', /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a live key of a payment provider', /\b[srp]k_live_[0-9A-Za-z]{16,}/],
  ['a live API key of ours', /\bck_live_[0-9A-Za-z_-]{16,}/],
  ['a webhook secret', /\bwhsec_[0-9A-Za-z+/=]{20,}/],
  ['a token of a code host', /\b(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40,}|glpat-[0-9A-Za-z_-]{20})/],
  ['a signed token', /\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}/],
  [
    'a password in a database address',
    /\b(postgres(ql)?|rediss?|smtps?):\/\/[^\s:@/'"`$<{]+:(?!p@|password@|secret@|pw@)[^\s@'"`$<{]{6,}@(?!127\.0\.0\.1|localhost|\[|host)/,
  ],
];

/** @returns what was found in a text */
function secretsIn(text: string): string[] {
  return PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);
}

/** Files that git knows; one may have been removed since, and that isn't committed yet. */
const tracked = () => execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync);

it('no file of the repository holds a secret', () => {
  const found = tracked().flatMap((file) => secretsIn(readFileSync(file, 'latin1')).map((what) => `${file}: ${what}`));
  expect(found).toEqual([]);
});

describe('the scan bites', () => {
  const x = (length: number) => 'x9'.repeat(length).slice(0, length);

  it.each([
    ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----\nMIIE${'A'.repeat(40)}`],
    ['a cloud access key', `key = AKIA${'Q'.repeat(16)}`],
    ['a live key of a payment provider', `sk_${'live'}_${x(24)}`],
    ['a live API key of ours', `ck_${'live'}_${x(24)}`],
    ['a webhook secret', `whsec_${x(32)}`],
    ['a token of a code host', `ghp_${x(36)}`],
    ['a signed token', `eyJ${x(20)}.eyJ${x(30)}.${x(40)}`],
    ['a password in a database address', `postgres://shop:${x(12)}@db.example.com/shop`],
  ])('on %s', (what, text) => {
    expect(secretsIn(text)).toEqual([what]);
  });

  it('and not on what only looks like one', () => {
    const harmless = 'postgres://user:password@host:5432/shop tok_ok sk_test whsec_ postgres://u:p@127.0.0.1/db';
    expect(secretsIn(harmless)).toEqual([]);
  });
});
