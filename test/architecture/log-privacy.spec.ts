import { join } from 'node:path';

/** The check that the end of every e2e run makes over all logs bites. */
it.each([
  ['an e-mail address', '{"event":"x","to":"ada@example.com"}'],
  ['a token', '{"authorization":"Bearer eyJhbGciOiJSUzI1NiJ9.eyJ"}'],
  ['a token', '{"url":"/api/v1/auth/oidc/acme/callback?code=8xLOxBtZp8"}'],
  ['a password', '{"clientSecret":"a-secret-of-the-shop"}'],
  ['a password', '{"password":"correct horse battery"}'],
  ['a postal address', '{"shippingAddress":{"line1":"12 Square"}}'],
  ['a network address of a client', '{"address":"203.0.113.7"}'],
  ['a method of payment', '{"method":"tok_ok"}'],
])('finds %s in a log', async (what, line) => {
  const { privateDataIn } = (await import(join(process.cwd(), 'test/support/log-privacy.mjs'))) as {
    privateDataIn(text: string): string[];
  };
  expect(privateDataIn(`{"event":"orders.place.completed","orderId":"1","ms":3}\n${line}`)).toEqual([
    expect.stringContaining(what),
  ]);
  expect(privateDataIn('{"event":"http.request","method":"POST","route":"/api/v1/orders"}')).toEqual([]);
});
