import { defineEvent } from '@platform/messaging';

/** Somebody has registered an account. */
export const userRegistered = defineEvent<{ userId: string }>('users.registered', 1);

/** An account has been deleted by its owner: it can't sign in any more, and its data is to be erased. */
export const userDeleted = defineEvent<{ userId: string }>('users.deleted', 1);

/** The personal data of a deleted account has been erased; its id stays. */
export const userErased = defineEvent<{ userId: string }>('users.erased', 1);

/** Somebody wants another mail to prove their address with. Its id makes the mail's token. */
export const emailVerificationRequested = defineEvent<{ userId: string }>('users.email_verification_requested', 1);

/** An e-mail address has been proved to be its owner's. */
export const emailVerified = defineEvent<{ userId: string }>('users.email_verified', 1);

/** Somebody has forgotten a password; null when there is no such account. Its id makes the mail's token. */
export const passwordResetRequested = defineEvent<{ userId: string | null }>('users.password_reset_requested', 1);

/** A password has been changed or reset. */
export const passwordChanged = defineEvent<{ userId: string }>('users.password_changed', 1);

/** What may become of an account's second factors. */
export type FactorChange =
  | 'totp_enrolled'
  | 'totp_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'passkey_disabled'
  | 'recovery_codes_renewed'
  | 'recovery_code_used';

/** A second factor was added or taken away, or stood in for another. */
export const factorChanged = defineEvent<{ userId: string; change: FactorChange }>('users.factor_changed', 1);

/** What may become of an API key that lets somebody in who was not let in before. */
export type ApiKeyChange = 'made' | 'rotated';

/** An API key was made, or has another secret. */
export const apiKeyChanged = defineEvent<{ userId: string; change: ApiKeyChange }>('users.api_key_changed', 1);

/** Somebody has signed in with a device that this account did not know. */
export const newDeviceSignedIn = defineEvent<{ userId: string; sessionId: string }>('users.new_device_signed_in', 1);

/** An account has other roles than before. */
export const userRolesChanged = defineEvent<{ userId: string }>('users.roles_changed', 1);

/** An administrator has locked an account. */
export const userLocked = defineEvent<{ userId: string }>('users.locked', 1);

/** An administrator has unlocked an account. */
export const userUnlocked = defineEvent<{ userId: string }>('users.unlocked', 1);

/** From now on an account at this provider (its issuer) opens the account here. */
export const identityLinked = defineEvent<{ userId: string; issuer: string }>('users.identity_linked', 1);
