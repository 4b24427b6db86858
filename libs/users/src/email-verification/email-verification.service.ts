import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { hashMailToken } from '../mail-tokens/mail-token.rules';
import { MailTokensRepository } from '../mail-tokens/mail-tokens.repository';
import { actAs } from '../sign-in/act-as';
import { emailAlreadyVerified, mailTokenInvalid } from '../users.errors';
import { emailVerificationRequested, emailVerified } from '../users.events';
import { UsersRepository } from '../users.repository';

/** Whose e-mail address it really is: whoever can read the mail that was sent there. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly users: UsersRepository,
    private readonly mailTokens: MailTokensRepository,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `mail_token_invalid` */
  verify(token: string): Promise<void> {
    return this.uow.run(async () => {
      const userId = await this.mailTokens.use(hashMailToken(token), 'verify-email');
      if (!userId) throw mailTokenInvalid();
      actAs(userId);
      this.mailTokens.queueUsingUp(userId, 'verify-email');
      if (!(await this.users.verifyEmail(userId))) return; // another mail's token was faster
      const [before, after] = [{ emailVerified: false }, { emailVerified: true }];
      this.audit.record({ action: 'users.email_verified', resource: 'user', resourceId: userId, before, after });
      this.outbox.add(emailVerified({ userId }));
    });
  }

  /** Asks for another mail. @throws AppError `email_already_verified` */
  resend(userId: string): Promise<void> {
    return this.uow.run(async () => {
      const user = await this.users.find(userId);
      if (!user) throw notFound('user');
      if (user.emailVerifiedAt) throw emailAlreadyVerified();
      this.outbox.add(emailVerificationRequested({ userId }));
    });
  }
}
