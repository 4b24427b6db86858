import type { ApiKeyChange, FactorChange, SignIn } from '@app/users';
import { layOut, type MailContent } from './mail-layout.rules';

/** The token stands behind the #: browsers send it to no server, and no log of one can hold it. */
const linkTo = (linksUrl: string, page: string, token: string) => `${linksUrl}/${page}#token=${token}`;

/** Asks a new user to prove that the address is theirs. */
export function verificationMail(firstName: string, linksUrl: string, token: string): MailContent {
  return layOut({
    subject: 'Confirm your e-mail address',
    firstName,
    paragraphs: [
      'please confirm that this is your e-mail address. The link is good for three days.',
      'If you did not register at Countinghouse, ignore this mail.',
    ],
    link: { label: 'Confirm your e-mail address', url: linkTo(linksUrl, 'verify-email', token) },
  });
}

/** Greets a user whose address is proved. */
export function welcomeMail(firstName: string): MailContent {
  return layOut({
    subject: 'Welcome to Countinghouse',
    firstName,
    paragraphs: ['your e-mail address is confirmed, and your account is ready. Welcome!'],
  });
}

/** Lets who has forgotten the password choose a new one. */
export function passwordResetMail(firstName: string, linksUrl: string, token: string): MailContent {
  return layOut({
    subject: 'Choose a new password',
    firstName,
    paragraphs: [
      'somebody, perhaps you, has asked to reset the password of your account. The link is good for an hour, and once.',
      'If it was not you, ignore this mail: your password stays as it is.',
    ],
    link: { label: 'Choose a new password', url: linkTo(linksUrl, 'reset-password', token) },
  });
}

/** Tells the owner that the password is another one now. */
export function passwordChangedMail(firstName: string): MailContent {
  return layOut({
    subject: 'Your password was changed',
    firstName,
    paragraphs: [
      'the password of your account was changed, and your other devices were signed out.',
      'If it was not you, reset your password now.',
    ],
  });
}

const FACTOR_CHANGES: Record<FactorChange, [subject: string, sentence: string]> = {
  totp_enrolled: ['Authenticator app added', 'an authenticator app was added to your account.'],
  totp_removed: ['Authenticator app removed', 'the authenticator app was removed from your account.'],
  passkey_added: ['Passkey added', 'a passkey was added to your account.'],
  passkey_removed: ['Passkey removed', 'a passkey was removed from your account.'],
  passkey_disabled: [
    'Passkey disabled',
    'a passkey of your account was disabled: somebody seems to have a copy of it. Remove it and add another.',
  ],
  recovery_codes_renewed: [
    'New recovery codes',
    'new recovery codes were made for your account; those before do not work any more.',
  ],
  recovery_code_used: ['Recovery code used', 'one of the recovery codes of your account was used.'],
};

/** Tells the owner what has become of the account's second factors. */
export function factorChangedMail(firstName: string, change: FactorChange): MailContent {
  const [subject, sentence] = FACTOR_CHANGES[change];
  const ifNot = 'If it was not you, sign out everywhere and reset your password now.';
  return layOut({ subject, firstName, paragraphs: [sentence, ifNot] });
}

const API_KEY_CHANGES: Record<ApiKeyChange, [subject: string, sentence: string]> = {
  made: ['API key made', 'an API key was made for your account: whoever has it can act in your name.'],
  rotated: ['API key renewed', 'an API key of your account has another secret now.'],
};

/** Tells the owner that an API key has a secret that nobody had before. */
export function apiKeyChangedMail(firstName: string, change: ApiKeyChange): MailContent {
  const [subject, sentence] = API_KEY_CHANGES[change];
  const ifNot = 'If it was not you, revoke the key, sign out everywhere and reset your password now.';
  return layOut({ subject, firstName, paragraphs: [sentence, ifNot] });
}

/** Tells the owner that a login at another provider opens the account. */
export function identityLinkedMail(firstName: string, provider: string): MailContent {
  return layOut({
    subject: 'A new way to sign in to your account',
    firstName,
    paragraphs: [
      `from now on your account can be signed in to with your login at ${provider}.`,
      'If it was not you, unlink it, sign out everywhere and change your password.',
    ],
  });
}

/** Tells the owner that somebody has signed in with a device that was not used before. */
export function newDeviceMail(firstName: string, { device, address, at }: SignIn): MailContent {
  return layOut({
    subject: 'New sign-in to your account',
    firstName,
    paragraphs: [
      `your account was signed in to from a device that it did not know: ${device}, at the network address ${address}, ` +
        `on ${at.toISOString().slice(0, 16).replace('T', ' at ')} UTC.`,
      'If it was not you, sign out everywhere and change your password.',
    ],
  });
}
