import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Outbox } from '@platform/messaging';
import { factorChanged, type FactorChange } from '../users.events';

/** Which notes of the audit trail the owner is told of by mail: those that open or close a door to the account. */
const TOLD: Record<string, FactorChange> = {
  'users.totp_confirmed': 'totp_enrolled',
  'users.totp_removed': 'totp_removed',
  'users.passkey_registered': 'passkey_added',
  'users.passkey_removed': 'passkey_removed',
  'users.passkey_clone_detected': 'passkey_disabled',
  'users.recovery_code_used': 'recovery_code_used',
};

/** What was before and what is now, where a note is about a state. */
const STATES: Record<string, { before: object; after: object }> = {
  'users.totp_confirmed': { before: { totp: false }, after: { totp: true } },
  'users.totp_removed': { before: { totp: true }, after: { totp: false } },
  'users.passkey_clone_detected': { before: { disabled: false }, after: { disabled: true } },
};

/** Notes what becomes of second factors, and has their owners told. In the caller's transaction. */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** @param passkeyId which passkey it is about; the account's other factors when absent */
  record(action: string, userId: string, passkeyId?: string): void {
    const resource = passkeyId === undefined ? 'user' : 'passkey';
    const { before, after } = STATES[action] ?? {};
    const owner = passkeyId === undefined ? undefined : { userId };
    const is = after || owner ? { ...owner, ...after } : undefined;
    this.audit.record({ action, resource, resourceId: passkeyId ?? userId, before, after: is });
    const change = TOLD[action];
    if (change) this.tell(userId, change);
  }

  /** Has the owner told by mail. */
  tell(userId: string, change: FactorChange): void {
    this.outbox.add(factorChanged({ userId, change }));
  }
}
