import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Which mails have been sent. */
@Injectable()
export class MailsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Notes that a mail is about to be sent. @returns whether it has not been sent yet */
  async begin(dedupeKey: string, kind: string, userId: string): Promise<boolean> {
    const rows = await this.uow.sql(
      `INSERT INTO notifications.mails (dedupe_key, kind, user_id) VALUES ($1, $2, $3)
       ON CONFLICT (dedupe_key) DO UPDATE SET kind = EXCLUDED.kind WHERE mails.sent_at IS NULL RETURNING id`,
      [dedupeKey, kind, userId],
    );
    return rows.length > 0;
  }

  async finish(dedupeKey: string): Promise<void> {
    await this.uow.execute('UPDATE notifications.mails SET sent_at = now() WHERE dedupe_key = $1', [dedupeKey]);
  }
}
