import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Longer than any event that could be delivered again. */
const DAYS_KEPT = 90;

/** Ids hold their time, so the oldest are at the beginning of the primary key. */
const FORGET = `
  DELETE FROM notifications.mails WHERE id IN (
    SELECT id FROM notifications.mails
    WHERE id < (SELECT uuidv7(make_interval(days => -$1::int))) AND created_at < now() - make_interval(days => $1::int)
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`;

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

  /** Deletes what nobody can ask to be sent again. @returns how many */
  forgetOld(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [DAYS_KEPT, limit]);
  }

  async finish(dedupeKey: string): Promise<void> {
    await this.uow.execute('UPDATE notifications.mails SET sent_at = now() WHERE dedupe_key = $1', [dedupeKey]);
  }
}
