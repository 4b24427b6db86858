import { deriveMailToken, hashMailToken, MAIL_TOKEN } from './mail-token.rules';

const secret = 's'.repeat(32);
const id = '01900000-0000-7000-8000-000000000001';
const token = deriveMailToken('reset-password', id, secret);

describe('deriveMailToken', () => {
  it('gives the same token each time, in a form that fits into a link', () => {
    expect(deriveMailToken('reset-password', id, secret)).toBe(token);
    expect(token).toMatch(MAIL_TOKEN);
  });

  it('gives another one for another request, purpose or key', () => {
    const others = [
      deriveMailToken('reset-password', id.replace(/1$/, '2'), secret),
      deriveMailToken('verify-email', id, secret),
      deriveMailToken('reset-password', id, 't'.repeat(32)),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
  });

  it('is not what is stored', () => {
    expect(hashMailToken(token).toString('base64url')).not.toBe(token);
  });
});
