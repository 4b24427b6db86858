import { Injectable } from '@nestjs/common';
import type { UserContact } from '@app/users';
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
   * Sends a mail unless it has been sent already. The same mail goes out twice, under the same message id, if the process
   * dies between sending and noting it, or if mails wait for a slow server for longer than their deliveries are leased.
   * @param kind what mail it is, e.g. `order-confirmation`
   * @param causeId what it is sent for: the id of an order, or of an event
   * @throws when the mail server did not take it
   */
  async sendOnce(kind: string, causeId: string, recipient: UserContact, content: MailContent): Promise<void> {
    const key = `${kind} ${causeId}`;
    if (!(await this.mails.begin(key, kind, recipient.id))) return;
    await this.mailer.send({
      to: { name: `${recipient.firstName} ${recipient.lastName}`, address: recipient.email },
      messageId: `<${kind}.${causeId}@countinghouse>`,
      ...content,
    });
    await this.mails.finish(key);
  }
}
