import { Injectable } from '@nestjs/common';
import { emailVerified, UsersFacade } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { welcomeMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

/** Welcomes who has proved the address. May run twice: the mail is sent once. */
@Injectable()
export class WelcomeUserWhenEmailVerified implements Listener<{ userId: string }> {
  readonly name = 'welcome-user-when-email-verified';
  readonly mode = 'asJob';
  readonly events = [emailVerified];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload: { userId } }: DeliveredEvent<{ userId: string }>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(userId);
    if (user) await this.sender.sendOnce(hold, 'welcome', id, user, welcomeMail(user.firstName));
  }
}
