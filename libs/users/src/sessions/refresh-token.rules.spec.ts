import {
  createRefreshToken,
  decideRefresh,
  hashRefreshToken,
  isRefreshToken,
  successorOf,
  type ShownToken,
} from './refresh-token.rules';

const secret = 's'.repeat(32);

describe('successorOf', () => {
  it('is the same token each time, itself a token, and unlike its parent', () => {
    const token = createRefreshToken();
    const successor = successorOf(token, secret);
    expect(successorOf(token, secret)).toBe(successor);
    expect(isRefreshToken(successor)).toBe(true);
    expect(successor).not.toBe(token);
  });

  it('can not be worked out without the secret, nor from what is stored', () => {
    const token = createRefreshToken();
    expect(successorOf(token, 't'.repeat(32))).not.toBe(successorOf(token, secret));
    expect(hashRefreshToken(token).toString('base64url')).not.toBe(successorOf(token, secret));
  });

  it('starts a new line from each token', () => {
    expect(createRefreshToken()).not.toBe(createRefreshToken());
    expect(successorOf(createRefreshToken(), secret)).not.toBe(successorOf(createRefreshToken(), secret));
  });
});

describe('isRefreshToken', () => {
  it.each([undefined, '', 'short', 'x'.repeat(44), `${'x'.repeat(42)};`, `${'x'.repeat(42)}\n`])(
    'refuses %j before anybody asks the database',
    (text) => {
      expect(isRefreshToken(text)).toBe(false);
    },
  );
});

describe('decideRefresh', () => {
  const fresh: ShownToken = {
    isExpired: false,
    isUsed: false,
    isRetry: false,
    isSuccessorWaiting: false,
    isSessionEnded: false,
  };
  const justUsed = { ...fresh, isUsed: true, isRetry: true, isSuccessorWaiting: true };

  it.each<[string, ShownToken | undefined, string]>([
    ['an unused token', fresh, 'rotate'],
    ['a retry while the successor waits', justUsed, 'repeat'],
    ['a retry after the successor was used', { ...justUsed, isSuccessorWaiting: false }, 'reused'],
    ['a used token after the moment for retries', { ...justUsed, isRetry: false }, 'reused'],
    [
      'a reused token of a session that has been ended for it',
      { ...justUsed, isRetry: false, isSessionEnded: true },
      'reused',
    ],
    ['a retry after signing out', { ...justUsed, isSessionEnded: true }, 'invalid'],
    ['an unused token of an ended session', { ...fresh, isSessionEnded: true }, 'invalid'],
    ['an expired token', { ...fresh, isExpired: true }, 'invalid'],
    ['an unknown token', undefined, 'invalid'],
  ])('%s', (_what, token, decision) => {
    expect(decideRefresh(token)).toBe(decision);
  });
});
