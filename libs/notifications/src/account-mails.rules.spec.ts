import * as mails from './account-mails.rules';

const token = 'A'.repeat(43);
const links = 'https://shop.example/account';
const at = new Date('2026-01-31T12:34:56Z');

it('puts the token behind the # of a link', () => {
  const { text, html } = mails.verificationMail('Ada', links, token);
  expect(text).toContain(`${links}/verify-email#token=${token}`);
  expect(html).toContain(`href="${links}/verify-email#token=${token}"`);
  expect(mails.passwordResetMail('Ada', links, token).text).toContain(`${links}/reset-password#token=${token}`);
});

it('tells with what, from where and when somebody signed in', () => {
  const { text } = mails.newDeviceMail('Ada', { device: 'Firefox', address: '203.0.113.7', at });
  expect(text).toContain('Firefox, at the network address 203.0.113.7, on 2026-01-31 at 12:34 UTC.');
});

it('tells which provider was linked', () => {
  const { text } = mails.identityLinkedMail('Ada', 'accounts.example');
  expect(text).toContain('your login at accounts.example');
});

it('escapes names, devices and addresses in HTML', () => {
  const evil = '<script>"&\'';
  const all = [
    mails.verificationMail(evil, links, token),
    mails.welcomeMail(evil),
    mails.passwordResetMail(evil, `${links}"><script>`, token),
    mails.passwordChangedMail(evil),
    mails.factorChangedMail(evil, 'totp_removed'),
    mails.identityLinkedMail(evil, evil),
    mails.newDeviceMail('Ada', { device: evil, address: evil, at }),
  ];
  for (const { html, text } of all) {
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(text).toContain('<script>');
  }
});
