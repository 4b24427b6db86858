import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { AppError } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { SecondStepService, type SecondStep } from '../factors/second-step.service';
import { unknowablePasswordHash } from '../passwords/password-hash.rules';
import type { Origin } from '../sessions/session.types';
import { actAs } from '../sign-in/act-as';
import { SignInService, type SignedInUser } from '../sign-in/sign-in.service';
import type { User } from '../user.entity';
import { accountLocked } from '../users.errors';
import { emailVerified, userRegistered } from '../users.events';
import { UsersRepository } from '../users.repository';
import { AccountReclaims } from './account-reclaims';
import { IdentitiesRepository, type Identity } from './identities.repository';
import { IdentitiesService } from './identities.service';
import { personFrom, type OidcPerson } from './oidc-person';
import type { OidcLogin } from './oidc-providers';
import { oidcSecondFactorNeeded, oidcSignInFailed } from './oidc.errors';

/** An account, and whether the identity opens it already. */
interface Found {
  user: User;
  isLinked: boolean;
}

const identityOf = ({ issuer, claims }: OidcLogin): Identity => ({ issuer, subject: String(claims['sub']) });

/** Refusals that say something about an account that is there. */
const REFUSED = new Set([
  'account_locked',
  'oidc_account_unverified',
  'oidc_identity_taken',
  'oidc_second_factor_needed',
]);

/** Whose account it is that somebody at a provider may use, and signing in to it as with a password. */
@Injectable()
export class OidcAccounts {
  constructor(
    private readonly users: UsersRepository,
    private readonly identities: IdentitiesRepository,
    private readonly links: IdentitiesService,
    private readonly reclaims: AccountReclaims,
    private readonly secondSteps: SecondStepService,
    private readonly signIn: SignInService,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** Whether there is no account yet. @throws AppError `oidc_email_unverified` */
  async isNew(login: OidcLogin): Promise<boolean> {
    if ((await this.identities.findOwner(identityOf(login))) !== undefined) return false;
    return (await this.users.findIdByEmail(personFrom(login.claims).email)) === undefined;
  }

  /**
   * @param provider for the audit trail
   * @throws AppError `account_locked`, `oidc_sign_in_failed`, `oidc_email_unverified`, `oidc_account_unverified`,
   * `oidc_second_factor_needed`, `oidc_identity_taken`; `email_taken` while an account with this address is on its way out
   */
  async enter(provider: string, login: OidcLogin, origin: Origin): Promise<SignedInUser | SecondStep> {
    try {
      return await this.tryToEnter(provider, login, origin);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Registered a moment ago, perhaps by the same person's other window.
      if (error.code === 'email_taken') return this.tryToEnter(provider, login, origin);
      if (REFUSED.has(error.code)) await this.noteRefusal(provider, login, error.code);
      throw error;
    }
  }

  private async tryToEnter(provider: string, login: OidcLogin, origin: Origin): Promise<SignedInUser | SecondStep> {
    let step: SecondStep | undefined;
    const signedIn = await this.signIn.signIn({ ...origin, isFromProvider: true }, async () => {
      const { user, isLinked } = await this.find(login);
      if (user.lockedAt) throw accountLocked();
      step = await this.secondSteps.ask(user, isLinked ? null : identityOf(login));
      if (step) return undefined;
      if (user.roles.some((role) => role !== 'customer')) throw oidcSecondFactorNeeded();
      if (!isLinked) await this.links.link(user.id, identityOf(login));
      return { user, action: 'users.logged_in', by: provider };
    });
    return signedIn ?? (step as SecondStep);
  }

  /** For the owner of the account; the transaction of the sign-in is undone by now. */
  private async noteRefusal(by: string, login: OidcLogin, reason: string): Promise<void> {
    const ownerId = await this.identities.findOwner(identityOf(login));
    const userId = ownerId ?? (await this.users.findIdByEmail(personFrom(login.claims).email));
    await this.signIn.noteFailure(userId, { by, reason });
  }

  /** Who was here before is known by subject: their e-mail may have changed since. */
  private async find(login: OidcLogin): Promise<Found> {
    const ownerId = await this.identities.findOwner(identityOf(login));
    if (ownerId !== undefined) return { user: await this.get(ownerId), isLinked: true };
    const person = personFrom(login.claims);
    const user = await this.users.findByEmail(person.email);
    if (!user) return { user: await this.register(person, identityOf(login)), isLinked: true };
    if (user.lockedAt !== null || user.emailVerifiedAt !== null) return { user, isLinked: false };
    return { user: (await this.reclaims.reclaim(user.id)) ?? user, isLinked: false };
  }

  private async get(userId: string): Promise<User> {
    const user = await this.users.find(userId);
    if (!user) throw oidcSignInFailed(); // deleted, and not erased yet
    return user;
  }

  /** Without a password; "forgotten password" gives one. @throws AppError `email_taken` */
  private async register({ email, firstName, lastName }: OidcPerson, identity: Identity): Promise<User> {
    const account = { email, firstName, lastName, passwordHash: unknowablePasswordHash() };
    const user = await this.users.insert({ ...account, roles: ['customer'], emailVerifiedAt: new Date() });
    actAs(user.id);
    this.audit.record({ action: 'users.registered', resource: 'user', resourceId: user.id });
    this.outbox.add(userRegistered({ userId: user.id }));
    this.outbox.add(emailVerified({ userId: user.id }));
    await this.links.link(user.id, identity, true);
    return user;
  }
}
