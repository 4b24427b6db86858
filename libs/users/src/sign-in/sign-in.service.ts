import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { AccessTokens } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { currentContext } from '@platform/observability';
import { Passwords } from '../passwords/passwords';
import type { Origin, Tokens } from '../sessions/session.types';
import { SessionsService } from '../sessions/sessions.service';
import type { User } from '../user.entity';
import { invalidCredentials } from '../users.errors';
import { userRegistered } from '../users.events';
import { UsersRepository } from '../users.repository';

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

  /** @throws AppError `invalid_credentials`, after the same work whether or not there is such an account */
  async login(email: string, password: string, origin: Origin): Promise<SignedInUser> {
    const user = await this.users.findByEmail(email.toLowerCase());
    const isRight = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !isRight) throw invalidCredentials();
    await this.strengthen(user, password);
    return this.signIn(origin, async () => ({ user, action: 'users.logged_in' }));
  }

  private async signIn(origin: Origin, identify: () => Promise<{ user: User; action: string }>): Promise<SignedInUser> {
    const { user, session } = await this.uow.run(async () => {
      const { user, action } = await identify();
      const session = await this.sessions.open(user.id, origin);
      if (!session) throw invalidCredentials(); // deleted a moment ago
      actAs(user);
      this.audit.record({ action, resource: 'user', resourceId: user.id });
      return { user, session };
    });
    return { user, accessToken: this.accessTokens.issue(user, session.id), refreshToken: session.refreshToken };
  }

  private async strengthen(user: User, password: string): Promise<void> {
    if (!this.passwords.isOutdated(user.passwordHash)) return;
    await this.users.replaceHash(user.id, user.passwordHash, await this.passwords.hash(password));
  }
}

/** From here on the request is this user's: audit trail and events say so. */
function actAs(user: User): void {
  const context = currentContext();
  if (context) context.actor = user.id;
}
