import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { hashMailToken } from '../mail-tokens/mail-token.rules';
import { MailTokensRepository } from '../mail-tokens/mail-tokens.repository';
import { actAs } from '../sign-in/act-as';
import type { User } from '../user.entity';
import { invalidCredentials, mailTokenInvalid } from '../users.errors';
import { passwordChanged, passwordResetRequested } from '../users.events';
import { UsersRepository } from '../users.repository';
import { AccountAccess } from './account-access';
import { Passwords } from './passwords';
import { StaleFactors } from './stale-factors';

/** Gives accounts new passwords. Hashing comes before the transaction. */
@Injectable()
export class PasswordChangesService {
  constructor(
    private readonly users: UsersRepository,
    private readonly mailTokens: MailTokensRepository,
    private readonly access: AccountAccess,
    private readonly passwords: Passwords,
    private readonly staleFactors: StaleFactors,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** The same statements for everybody: an address without an account makes an event that nobody is written to for. */
  requestReset(email: string): Promise<void> {
    return this.uow.run(async () => {
      const userId = await this.users.findIdByEmail(email.toLowerCase());
      this.outbox.add(passwordResetRequested({ userId: userId ?? null }));
      this.audit.record({
        action: 'users.password_reset_requested',
        resource: 'user',
        resourceId: userId ?? 'unknown',
      });
    });
  }

  /**
   * @returns whose password it is
   * @throws AppError `mail_token_invalid`, or `validation_failed` for a bad password, after which the token is still good
   */
  async reset(token: string, password: string): Promise<User> {
    const tokenHash = hashMailToken(token);
    const ownerId = await this.mailTokens.findOwner(tokenHash, 'reset-password');
    const owner = ownerId && (await this.users.find(ownerId));
    if (!owner) throw mailTokenInvalid();
    const passwordHash = await this.passwords.hashNew(password, owner);
    await this.uow.run(async () => {
      if (!(await this.mailTokens.use(tokenHash, 'reset-password'))) throw mailTokenInvalid(); // used a moment ago
      actAs(owner.id);
      if (!(await this.users.setPassword(owner.id, passwordHash))) throw mailTokenInvalid(); // deleted a moment ago
      const isProvedNow = await this.users.verifyEmail(owner.id); // who got the mail owns the address
      await this.staleFactors.drop(owner, isProvedNow);
      if (isProvedNow) this.recordProof(owner.id);
      await this.access.endAll(owner.id);
      this.finish(owner.id, 'users.password_reset');
    });
    return owner;
  }

  /** @throws AppError `invalid_credentials`, or `validation_failed` for a bad password */
  async change(user: { id: string; sessionId: string }, current: string, password: string): Promise<void> {
    const owner = await this.users.find(user.id);
    if (!owner) throw notFound('user');
    if (!(await this.passwords.matches(current, owner.passwordHash))) throw await this.refusal(owner.id);
    const passwordHash = await this.passwords.hashNew(password, owner);
    await this.uow.run(async () => {
      // Not if it has been changed meanwhile: who knows only an old password may not choose a new one.
      if (!(await this.users.setPassword(owner.id, passwordHash, owner.passwordHash))) throw invalidCredentials();
      await this.access.endOthers(owner.id, user.sessionId);
      this.finish(owner.id, 'users.password_changed');
    });
  }

  private recordProof(userId: string): void {
    const change = { before: { emailVerified: false }, after: { emailVerified: true } };
    this.audit.record({ action: 'users.email_verified', resource: 'user', resourceId: userId, ...change });
  }

  private async refusal(userId: string) {
    await this.uow.run(async () =>
      this.audit.record({ action: 'users.password_refused', resource: 'user', resourceId: userId }),
    );
    return invalidCredentials();
  }

  private finish(userId: string, action: string): void {
    this.mailTokens.queueUsingUp(userId, 'reset-password');
    this.audit.record({ action, resource: 'user', resourceId: userId });
    this.outbox.add(passwordChanged({ userId }));
  }
}
