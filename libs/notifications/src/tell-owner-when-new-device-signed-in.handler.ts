import { Injectable } from '@nestjs/common';
import { newDeviceSignedIn, UsersFacade } from '@app/users';
import type { DeliveredEvent, Hold, Listener } from '@platform/messaging';
import { newDeviceMail } from './account-mails.rules';
import { MailSender } from './mail-sender';

type SignedIn = { userId: string; sessionId: string };

/** Tells the owner of an account that it was signed in to with a new device. May run twice: the mail is sent once. */
@Injectable()
export class TellOwnerWhenNewDeviceSignedIn implements Listener<SignedIn> {
  readonly name = 'tell-owner-when-new-device-signed-in';
  readonly mode = 'asJob';
  readonly events = [newDeviceSignedIn];

  constructor(
    private readonly users: UsersFacade,
    private readonly sender: MailSender,
  ) {}

  async handle({ id, payload: { userId, sessionId } }: DeliveredEvent<SignedIn>, hold: Hold): Promise<void> {
    const [user, signIn] = await Promise.all([this.users.findContact(userId), this.users.findSignIn(sessionId)]);
    if (user && signIn) await this.sender.sendOnce(hold, 'new-device', id, user, newDeviceMail(user.firstName, signIn));
  }
}
