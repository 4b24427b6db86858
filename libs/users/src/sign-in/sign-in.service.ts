import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { AccessTokens } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { Passwords } from '../passwords/passwords';
import type { Origin, Tokens } from '../sessions/session.types';
import { SessionsService } from '../sessions/sessions.service';
import type { User } from '../user.entity';
import { accountLocked, invalidCredentials } from '../users.errors';
import { newDeviceSignedIn, userRegistered } from '../users.events';
import { UsersRepository } from '../users.repository';
import { actAs } from './act-as';

/** What a new account is made of. */
export interface Registration {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

/** Somebody who has just proved who they are. */
export interface SignedInUser extends Tokens {
  user: User;
}

/** Registers and signs in. Hashing comes before the transaction, signing the token after it. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsService,
    private readonly passwords: Passwords,
    private readonly accessTokens: AccessTokens,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `email_taken`, or `validation_failed` for a bad password */
  async register(registration: Registration, origin: Origin): Promise<SignedInUser> {
    const { firstName, lastName } = registration;
    const email = registration.email.toLowerCase();
    const passwordHash = await this.passwords.hashNew(registration.password, registration);
    return this.signIn(origin, async () => {
      const account = { email, passwordHash, firstName, lastName, roles: ['customer' as const], emailVerifiedAt: null };
      const user = await this.users.insert(account);
      this.outbox.add(userRegistered({ userId: user.id }));
      return { user, action: 'users.registered' };
    });
  }

  /** @throws AppError `invalid_credentials`, after the same work whether or not there is such an account; `account_locked` */
  async login(email: string, password: string, origin: Origin): Promise<SignedInUser> {
    const user = await this.users.findByEmail(email.toLowerCase());
    const isRight = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !isRight) throw invalidCredentials();
    if (user.lockedAt) throw accountLocked();
    const passwordHash = await this.strengthen(user, password);
    return this.signIn(origin, async () => ({ user, action: 'users.logged_in' }), passwordHash);
  }

  private async signIn(
    origin: Origin,
    identify: () => Promise<{ user: User; action: string }>,
    passwordHash?: string,
  ): Promise<SignedInUser> {
    const { user, session } = await this.uow.run(async () => {
      const { user, action } = await identify();
      const session = await this.sessions.open(user.id, origin, passwordHash);
      if (!session) throw invalidCredentials(); // deleted, locked or given another password a moment ago
      actAs(user.id);
      if (session.isNewDevice) this.outbox.add(newDeviceSignedIn({ userId: user.id, sessionId: session.id }));
      this.audit.record({ action, resource: 'user', resourceId: user.id });
      return { user, session };
    });
    return { user, accessToken: this.accessTokens.issue(user, session.id), refreshToken: session.refreshToken };
  }

  /** @returns the hash that the account has now */
  private async strengthen({ id, passwordHash }: User, password: string): Promise<string> {
    if (!this.passwords.isOutdated(passwordHash)) return passwordHash;
    const stronger = await this.passwords.hash(password);
    return (await this.users.replaceHash(id, passwordHash, stronger)) ? stronger : passwordHash;
  }
}
