import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Origin } from '../sessions/session.types';
import { SignInService, type SignedInUser } from '../sign-in/sign-in.service';
import { passkeyInvalid } from '../users.errors';
import { UsersRepository } from '../users.repository';
import { PasskeyCeremonies } from './passkey-ceremonies';
import { PasskeyProofs } from './passkey-proofs';
import { PasskeysRepository } from './passkeys.repository';

/** Signing in with a passkey alone: the device is one factor, what unlocks it the other. */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly ceremonies: PasskeyCeremonies,
    private readonly proofs: PasskeyProofs,
    private readonly passkeys: PasskeysRepository,
    private readonly users: UsersRepository,
    private readonly signIn: SignInService,
  ) {}

  /** The same for everybody: who it is, the authenticator tells. */
  begin() {
    return this.ceremonies.authenticationOptions('sign-in', null);
  }

  /** @throws AppError `passkey_invalid` */
  async finish(response: AuthenticationResponseJSON, origin: Origin): Promise<SignedInUser> {
    const { id, userId } = await this.proofs.check(response, 'sign-in');
    const signedIn = await this.signIn.signIn(origin, async () => {
      const user = await this.users.findForUpdate(userId); // whoever drops factors meanwhile waits, or is waited for
      const isGood = await this.passkeys.isGood(id);
      return user && isGood ? { user, action: 'users.logged_in', by: 'passkey' } : undefined;
    });
    if (!signedIn) throw passkeyInvalid(); // the account or the passkey is gone
    return signedIn;
  }
}
