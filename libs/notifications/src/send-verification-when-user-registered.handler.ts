import { Injectable } from '@nestjs/common';
import { emailVerificationRequested, userRegistered, UsersFacade } from '@app/users';
import { Config } from '@platform/config';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { verificationMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

/** Asks who has registered, or wants another mail, to prove the address. May run twice: it is the same mail and token. */
@Injectable()
export class SendVerificationWhenUserRegistered implements Listener<{ userId: string }> {
  readonly name = 'send-verification-when-user-registered';
  readonly mode = 'asJob';
  readonly events = [userRegistered, emailVerificationRequested];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
    private readonly config: Config,
  ) {}

  async handle({ id, payload: { userId } }: DeliveredEvent<{ userId: string }>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(userId);
    if (!user || user.emailVerified) return;
    const token = await this.users.issueMailToken('verify-email', userId, id);
    if (token === null) return;
    const mail = verificationMail(user.firstName, this.config.mailLinksUrl, token);
    await this.sender.sendOnce(hold, 'verification', id, user, mail);
  }
}
