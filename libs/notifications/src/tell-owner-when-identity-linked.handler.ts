import { Injectable } from '@nestjs/common';
import { identityLinked, UsersFacade } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { identityLinkedMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

/** Tells the owner of an account that a login at another provider opens it from now on. May run twice: the mail is sent once. */
@Injectable()
export class TellOwnerWhenIdentityLinked implements Listener<{ userId: string; issuer: string }> {
  readonly name = 'tell-owner-when-identity-linked';
  readonly mode = 'asJob';
  readonly events = [identityLinked];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload }: DeliveredEvent<{ userId: string; issuer: string }>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(payload.userId);
    const mail = user && identityLinkedMail(user.firstName, new URL(payload.issuer).host);
    if (mail) await this.sender.sendOnce(hold, 'identity-linked', id, user, mail);
  }
}
