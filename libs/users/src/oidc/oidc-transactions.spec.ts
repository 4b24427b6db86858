import { randomBytes } from 'node:crypto';
import type { Config } from '@platform/config';
import { SecretBox } from '@platform/encryption';
import { OidcTransactions, TRANSACTION_SECONDS } from './oidc-transactions';

const NOW = 1_700_000_000_000;

const withNewKey = () => {
  const keys = [{ id: 'tests', key: randomBytes(32) }];
  return new OidcTransactions(new SecretBox({ get: () => keys } as unknown as Config));
};

describe('a sign-in under way', () => {
  const transactions = withNewKey();
  const transaction = transactions.begin();
  const cookie = transactions.seal(transaction, 'acme', NOW);

  it('is made of three secrets that nobody can guess', () => {
    const other = transactions.begin();
    const all = [transaction, other].flatMap(({ state, nonce, verifier }) => [state, nonce, verifier]);
    expect(new Set(all).size).toBe(6);
    for (const secret of all) expect(secret).toMatch(/^[\w-]{43}$/);
  });

  it('comes back as it was sealed, for ten minutes', () => {
    expect(transactions.open(cookie, 'acme', NOW)).toEqual(transaction);
    expect(transactions.open(cookie, 'acme', NOW + TRANSACTION_SECONDS * 1_000 - 1)).toEqual(transaction);
    expect(transactions.open(cookie, 'acme', NOW + TRANSACTION_SECONDS * 1_000)).toBeUndefined();
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a short text', 'abc'],
    ['what is none', 'x'.repeat(200)],
    ['one that was changed', `${cookie.slice(0, -2)}${cookie.endsWith('AA') ? 'BB' : 'AA'}`],
    ['one of another key', withNewKey().seal(transaction, 'acme', NOW)],
    ['one for another provider', transactions.seal(transaction, 'other', NOW)],
  ])('is not made of %s', (_what, shown) => {
    expect(transactions.open(shown, 'acme', NOW)).toBeUndefined();
  });

  it('can not be read by who holds it', () => {
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain(transaction.state);
  });
});
