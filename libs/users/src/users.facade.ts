import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { DemoUsers } from './demo-users';
import { deriveMailToken, hashMailToken, type MailTokenPurpose } from './mail-tokens/mail-token.rules';
import { MailTokensRepository } from './mail-tokens/mail-tokens.repository';
import { SessionsRepository } from './sessions/sessions.repository';
import { UsersRepository } from './users.repository';
import type { SignIn, UserContact } from './users.types';

/** What other modules may ask of users. */
@Injectable()
export class UsersFacade {
  constructor(
    private readonly users: UsersRepository,
    private readonly demoUsers: DemoUsers,
    private readonly mailTokens: MailTokensRepository,
    private readonly sessions: SessionsRepository,
    private readonly config: Config,
    private readonly uow: UnitOfWork,
  ) {}

  /** Whom to write to; null when the account is gone. Joins the caller's transaction if there is one. */
  findContact(userId: string): Promise<UserContact | null> {
    return this.users.findContact(userId);
  }

  /** Like `findContact`, for many: those whose accounts are not gone, in no order. */
  findContacts(userIds: string[]): Promise<UserContact[]> {
    return this.users.findContacts(userIds);
  }

  /** When and with what somebody signed in; null when there is no such session. */
  async findSignIn(sessionId: string): Promise<SignIn | null> {
    const session = await this.sessions.find(sessionId);
    return session && { device: session.device, address: session.address, at: session.createdAt };
  }

  /**
   * The token of a mail that is about to be sent, good from now on; the same one for the same request. It goes into that
   * mail and nowhere else: only its hash is stored.
   * @param requestId of the event that asked for the mail
   * @returns null when nothing is to be sent: the account is gone, has had five such mails this hour, or has used the token
   */
  async issueMailToken(purpose: MailTokenPurpose, userId: string, requestId: string): Promise<string | null> {
    const token = deriveMailToken(purpose, requestId, this.config.get('APP_SECRET'));
    const issue = () => this.mailTokens.issue(requestId, userId, purpose, hashMailToken(token));
    return (await this.uow.run(issue)) ? token : null;
  }

  /**
   * Creates those demo accounts that don't exist yet: one per role, `<role>@demo.test`, with a password that everybody
   * knows. For the embedded default only; must not run inside a transaction, as it hashes passwords.
   * @returns the id of customer@demo.test
   */
  ensureDemoUsers(): Promise<string> {
    return this.demoUsers.ensure();
  }
}
