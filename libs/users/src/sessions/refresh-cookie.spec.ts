import { refreshCookieFor } from './refresh-cookie';

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
