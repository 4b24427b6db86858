import { Injectable } from '@nestjs/common';
import { factorChanged, UsersFacade, type FactorChange } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { factorChangedMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

type Changed = { userId: string; change: FactorChange };

/** Tells the owner of an account what has become of its second factors. May run twice: the mail is sent once. */
@Injectable()
export class TellOwnerWhenFactorChanged implements Listener<Changed> {
  readonly name = 'tell-owner-when-factor-changed';
  readonly mode = 'asJob';
  readonly events = [factorChanged];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload: { userId, change } }: DeliveredEvent<Changed>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(userId);
    if (user) await this.sender.sendOnce(hold, 'factor-changed', id, user, factorChangedMail(user.firstName, change));
  }
}
