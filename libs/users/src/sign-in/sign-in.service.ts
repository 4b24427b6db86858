import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { AccessTokens } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { Passwords } from '../passwords/passwords';
import type { OpenedSession, Origin, Tokens } from '../sessions/session.types';
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

/** Who has proved to be whom, and how. */
export interface Identified {
  user: User;
  /** For the audit trail. */
  action: string;
  /** What it was proved by, besides the password. */
  by?: string;
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
    const signedIn = await this.signIn(origin, async () => {
      const account = { email, passwordHash, firstName, lastName, roles: ['customer' as const], emailVerifiedAt: null };
      const user = await this.users.insert(account);
      this.outbox.add(userRegistered({ userId: user.id }));
      return { user, action: 'users.registered' };
    });
    return signedIn as SignedInUser;
  }

  /** @throws AppError `invalid_credentials`, after the same work whether or not there is such an account; `account_locked` */
  async identify(email: string, password: string): Promise<User> {
    const user = await this.users.findByEmail(email.toLowerCase());
    const isRight = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !isRight) {
      await this.noteFailure(user?.id);
      throw invalidCredentials();
    }
    if (user.lockedAt) {
      await this.noteFailure(user.id, { reason: 'account_locked' });
      throw accountLocked();
    }
    const passwordHash = await this.strengthen(user, password);
    return { ...user, passwordHash };
  }

  /**
   * For who has just proved to be this user.
   * @throws AppError `invalid_credentials` when the account is gone, or has another password by now
   */
  async open(user: User, origin: Origin): Promise<SignedInUser> {
    return (await this.signIn(origin, async () => ({ user, action: 'users.logged_in' }))) as SignedInUser;
  }

  /**
   * Opens a session for who is identified, in the same transaction: a code is used up if and only if it signs in.
   * @returns undefined when nobody is
   */
  async signIn(origin: Origin, identify: () => Promise<Identified | undefined>): Promise<SignedInUser | undefined> {
    const opened = await this.uow.run(async () => {
      const identified = await identify();
      return identified && { user: identified.user, session: await this.openFor(identified, origin) };
    });
    if (!opened) return undefined;
    const { user, session } = opened;
    return { user, accessToken: this.accessTokens.issue(user, session.id), refreshToken: session.refreshToken };
  }

  /**
   * Also for an account that does not exist: one refusal must do what the other does.
   * @param after why, where it was not a wrong password
   */
  async noteFailure(userId = 'unknown', after?: { by?: string; reason: string }): Promise<void> {
    await this.uow.run(async () =>
      this.audit.record({ action: 'users.login_failed', resource: 'user', resourceId: userId, after }),
    );
  }

  private async openFor({ user, action, by }: Identified, origin: Origin): Promise<OpenedSession> {
    const session = await this.sessions.open(user.id, origin, user.passwordHash);
    if (!session) throw invalidCredentials(); // deleted, locked or given another password a moment ago
    actAs(user.id);
    if (session.isNewDevice) this.outbox.add(newDeviceSignedIn({ userId: user.id, sessionId: session.id }));
    this.audit.record({ action, resource: 'user', resourceId: user.id, after: by === undefined ? undefined : { by } });
    return session;
  }

  /** @returns the hash that the account has now */
  private async strengthen({ id, passwordHash }: User, password: string): Promise<string> {
    if (!this.passwords.isOutdated(passwordHash)) return passwordHash;
    const stronger = await this.passwords.hash(password);
    return (await this.users.replaceHash(id, passwordHash, stronger)) ? stronger : passwordHash;
  }
}
