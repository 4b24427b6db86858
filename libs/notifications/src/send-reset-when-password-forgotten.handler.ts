import { Injectable } from '@nestjs/common';
import { passwordResetRequested, UsersFacade } from '@app/users';
import { Config } from '@platform/config';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { passwordResetMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

type Requested = { userId: string | null };

/** Sends who has forgotten the password a link to choose another. May run twice: it is the same mail and token. */
@Injectable()
export class SendResetWhenPasswordForgotten implements Listener<Requested> {
  readonly name = 'send-reset-when-password-forgotten';
  readonly mode = 'asJob';
  readonly events = [passwordResetRequested];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
    private readonly config: Config,
  ) {}

  async handle({ id, payload: { userId } }: DeliveredEvent<Requested>, hold: Hold): Promise<void> {
    const user = userId && (await this.users.findContact(userId));
    if (!user) return; // no such account, or it is gone: nobody to write to
    const token = await this.users.issueMailToken('reset-password', user.id, id);
    if (token === null) return;
    const mail = passwordResetMail(user.firstName, this.config.mailLinksUrl, token);
    await this.sender.sendOnce(hold, 'password-reset', id, user, mail);
  }
}
