import { Injectable } from '@nestjs/common';
import { apiKeyChanged, UsersFacade, type ApiKeyChange } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { apiKeyChangedMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

type Changed = { userId: string; change: ApiKeyChange };

/** Tells the owner of an account that an API key has a secret that nobody had before. May run twice: the mail is sent once. */
@Injectable()
export class TellOwnerWhenApiKeyChanged implements Listener<Changed> {
  readonly name = 'tell-owner-when-api-key-changed';
  readonly mode = 'asJob';
  readonly events = [apiKeyChanged];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload: { userId, change } }: DeliveredEvent<Changed>, hold: Hold): Promise<void> {
    const user = await this.users.findContact(userId);
    if (user) await this.sender.sendOnce(hold, 'api-key-changed', id, user, apiKeyChangedMail(user.firstName, change));
  }
}
