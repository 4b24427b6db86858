import { isForeignPage, refreshCookieFor } from './refresh-cookie';

describe('refreshCookieFor', () => {
  it('is for our auth routes only, out of reach of scripts and of other sites', () => {
    const { options } = refreshCookieFor(true, 'shop.example');
    expect(options).toEqual({ httpOnly: true, secure: true, sameSite: 'strict', path: '/api/v1/auth' });
  });

  it.each([
    [true, 'shop.example', '__Secure-refresh_token', true],
    [true, 'localhost', '__Secure-refresh_token', true],
    [false, 'shop.example', 'refresh_token', true],
    [false, 'localhost.example', 'refresh_token', true],
    [false, '127.0.0.1.example', 'refresh_token', true],
    [false, '', 'refresh_token', true],
    [false, 'localhost', 'refresh_token', false],
    [false, 'app.localhost', 'refresh_token', false],
    [false, '127.0.0.1', 'refresh_token', false],
    [false, '[::1]', 'refresh_token', false],
  ])('https %s on %s: %s, Secure %s', (isHttps, host, name, secure) => {
    expect(refreshCookieFor(isHttps, host)).toMatchObject({ name, options: { secure } });
  });
});

describe('isForeignPage', () => {
  const known = ['https://shop.example', 'https://app.example'];

  it.each([
    ['a program', {}, false],
    ['our own page', { site: 'same-origin', origin: 'https://api.example:8443' }, false],
    ['our own page behind a proxy that ends https', { origin: 'http://api.example:8443' }, false],
    ['a page that may ask', { site: 'cross-site', origin: 'https://app.example' }, false],
    ['an address that was typed', { site: 'none' }, false],
    ['a page of another site', { site: 'cross-site', origin: 'https://evil.example' }, true],
    ['a page of another site, without its origin', { site: 'cross-site' }, true],
    ['a page of another name below our domain', { site: 'same-site', origin: 'https://blog.shop.example' }, true],
    ['the same, without its origin', { site: 'same-site' }, true],
    ['a page that hides where it comes from', { origin: 'null' }, true],
    ['a page of another port', { origin: 'https://api.example' }, true],
    ['what is no origin', { origin: 'https://x@api.example:8443' }, true],
    ['a page that only begins like ours', { origin: 'https://app.example.evil.example' }, true],
  ])('%s', (_what, page, expected) => {
    expect(isForeignPage(page, 'api.example:8443', known)).toBe(expected);
  });
});
