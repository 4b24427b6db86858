import { securityHeaders } from './security-headers';

it('has what keeps browsers from guessing, framing and mixing', () => {
  expect(securityHeaders()).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'strict-transport-security': expect.stringContaining('max-age='),
    'content-security-policy': expect.stringContaining(`default-src 'self'`),
    'referrer-policy': 'no-referrer',
  });
});
