import { personFrom } from './oidc-person';

const CLAIMS = {
  sub: '7',
  email: 'Grace@Example.test',
  email_verified: true,
  given_name: 'Grace',
  family_name: 'Hopper',
};

describe('personFrom', () => {
  it('takes e-mail and names', () => {
    expect(personFrom(CLAIMS)).toEqual({
      ...{ email: 'grace@example.test', firstName: 'Grace', lastName: 'Hopper' },
    });
    const { given_name: _given, family_name: _family, ...unnamed } = CLAIMS;
    expect(personFrom({ ...unnamed, name: 'Ada King\u0007 Lovelace' })).toMatchObject({
      ...{ firstName: 'Ada', lastName: 'King Lovelace' },
    });
    expect(personFrom(unnamed)).toMatchObject({ firstName: 'grace', lastName: 'grace' });
    expect(personFrom({ ...CLAIMS, given_name: 'www.evil.example' }).firstName).toBe('grace'); // no links in our mails
    expect(personFrom({ ...CLAIMS, given_name: 'x'.repeat(500) }).firstName).toHaveLength(100);
  });

  it.each([
    ['false', { email_verified: false }],
    ['absent', { email_verified: undefined }],
    ['a text', { email_verified: 'true' }],
    ['of no e-mail', { email: undefined }],
    ['of what is none', { email: 'nobody' }],
    ['of a broken text', { email: 'a\ud800@example.test' }],
    ['of one that is too long', { email: `${'a'.repeat(250)}@example.test` }],
  ])('refuses an e-mail whose proof is %s', (_what, change) => {
    expect(() => personFrom({ ...CLAIMS, ...change })).toThrow(
      expect.objectContaining({ code: 'oidc_email_unverified' }),
    );
  });
});
