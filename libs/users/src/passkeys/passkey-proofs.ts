import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { FactorChanges } from '../factors/factor-changes';
import { passkeyInvalid } from '../users.errors';
import type { PasskeyPurpose } from './passkey-challenges.repository';
import { PasskeyCeremonies, userHandleOf } from './passkey-ceremonies';
import { PasskeysRepository, type Passkey } from './passkeys.repository';

/** Judges what a passkey has signed. */
@Injectable()
export class PasskeyProofs {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly uow: UnitOfWork,
    private readonly changes: FactorChanges,
    private readonly log: Log,
  ) {}

  /**
   * @param actor who is signed in already, and whose passkey it must be
   * @returns the passkey that has signed
   * @throws AppError `passkey_invalid`, always the same, whatever is wrong
   */
  async check(response: AuthenticationResponseJSON, purpose: PasskeyPurpose, actor?: Actor): Promise<Passkey> {
    const passkey = await this.passkeys.findByCredential(response.id);
    if (!passkey || !isOwner(passkey, response, actor)) throw passkeyInvalid();
    const proof = await this.ceremonies.verifyAuthentication(response, passkey, purpose, actor?.sessionId ?? null);
    if (!proof || passkey.disabledAt) throw await this.refusal(passkey, 'users.passkey_failed');
    if (await this.passkeys.count(passkey.id, proof.counter, proof.isBackedUp)) return passkey;
    throw await this.cloned(passkey);
  }

  /** A counter that goes back: somebody else has the same key. Neither of the two is good any more. */
  private async cloned(passkey: Passkey) {
    this.log.warn('users.passkeys.clone_detected', { passkeyId: passkey.id, userId: passkey.userId });
    await this.passkeys.disable(passkey.id);
    return this.refusal(passkey, 'users.passkey_clone_detected');
  }

  private async refusal({ id, userId }: Passkey, action: string) {
    await this.uow.run(async () => this.changes.record(action, userId, id));
    return passkeyInvalid();
  }
}

function isOwner({ userId }: Passkey, { response }: AuthenticationResponseJSON, actor?: Actor): boolean {
  if (actor && actor.id !== userId) return false;
  return response.userHandle === undefined || response.userHandle === userHandleOf(userId);
}
