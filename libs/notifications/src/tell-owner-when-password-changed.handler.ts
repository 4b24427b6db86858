import { Injectable } from '@nestjs/common';
import { passwordChanged, UsersFacade } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { passwordChangedMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

/** Tells the owner of an account that its password is another one. May run twice: the mail is sent once. */
@Injectable()
export class TellOwnerWhenPasswordChanged implements Listener<{ userId: string }> {
  readonly name = 'tell-owner-when-password-changed';
  readonly mode = 'asJob';
  readonly events = [passwordChanged];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload: { userId } }: DeliveredEvent<{ userId: string }>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(userId);
    if (user) await this.sender.sendOnce(hold, 'password-changed', id, user, passwordChangedMail(user.firstName));
  }
}
