import { Injectable } from '@nestjs/common';
import type { UserContact } from '@app/users';
import type { Hold } from '@platform/messaging';
import { Mailer } from './mailer';
import type { MailContent } from './mail-layout.rules';
import { MailsRepository } from './mails.repository';

/** Writes to users, once for each cause. */
@Injectable()
export class MailSender {
  constructor(
    private readonly mails: MailsRepository,
    private readonly mailer: Mailer,
  ) {}

  /**
   * Sends a mail unless it has been sent already, and has that noted together with its delivery. The same mail goes out
   * twice, under the same message id, if the process dies, or is stopped for longer than its hold lasts, after the mail
   * server was given the mail and before its answer is noted: a mail can't be called back.
   * @param kind what mail it is, e.g. `order-confirmation`
   * @param causeId what it is sent for: the id of an order, or of an event
   * @throws when the mail server did not take it
   */
  async sendOnce(hold: Hold, kind: string, causeId: string, to: UserContact, content: MailContent): Promise<void> {
    const key = `${kind} ${causeId}`;
    if (await this.mails.wasSent(key)) return;
    const mail = {
      to: { name: `${to.firstName} ${to.lastName}`, address: to.email },
      messageId: `<${kind}.${causeId}@countinghouse>`,
      ...content,
    };
    await this.mailer.send(mail, () => hold.require());
    hold.noteWith(() => this.mails.queueSent(key, kind, to.id));
  }
}
