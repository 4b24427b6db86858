import { explainOidcFailure, nameOfFailure } from './oidc-failures';

const failed = (fields: object) => Object.assign(new Error('it says secret@example.test'), fields);

describe('a failure at a provider', () => {
  const unreachable = Object.assign(new TypeError('fetch failed'), { cause: new Error('ECONNREFUSED') });

  it.each([
    ['no connection', unreachable],
    ['no connection, wrapped', failed({ cause: unreachable })],
    ['no answer in time', failed({ code: 'OAUTH_TIMEOUT' })],
    ['a 502 of a proxy', failed({ code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: new Response('', { status: 502 }) })],
    ['a 503 in its own form', failed({ error: 'invalid_request', status: 503 })],
    ['that it is busy', failed({ code: 'OAUTH_AUTHORIZATION_RESPONSE_ERROR', error: 'temporarily_unavailable' })],
  ])('is an outage: %s', (_what, error) => {
    expect(explainOidcFailure(error)).toMatchObject({ code: 'unavailable', details: { retryAfterSeconds: 5 } });
  });

  it.each([
    ['a used code', 'oidc_sign_in_failed', failed({ error: 'invalid_grant', status: 400 })],
    ['a wrong nonce', 'oidc_sign_in_failed', failed({ code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' })],
    ['a bug of ours', 'oidc_sign_in_failed', new TypeError('x is not a function')],
    [
      'somebody said no',
      'oidc_access_denied',
      failed({ code: 'OAUTH_AUTHORIZATION_RESPONSE_ERROR', error: 'access_denied' }),
    ],
    [
      'no at the token endpoint',
      'oidc_sign_in_failed',
      failed({ code: 'OAUTH_RESPONSE_BODY_ERROR', error: 'access_denied' }),
    ],
  ])('is a refusal: %s', (_what, code, error) => {
    expect(explainOidcFailure(error)).toMatchObject({ code });
  });

  it('has a name for the log, which holds nothing that the provider has written', () => {
    const named = failed({ code: 'OAUTH_RESPONSE_BODY_ERROR', error: 'invalid_grant' });
    expect(nameOfFailure(named)).toBe('Error OAUTH_RESPONSE_BODY_ERROR invalid_grant');
    expect(nameOfFailure(failed({ error: 'Who is secret@example.test?' }))).toBe('Error');
  });
});
