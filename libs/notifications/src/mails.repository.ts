import { Injectable } from '@nestjs/common';
import { AskedAtOnce, UnitOfWork } from '@platform/database';

/** Longer than any event that could be delivered again. */
const DAYS_KEPT = 90;

/** Ids hold their time, so the oldest are at the beginning of the primary key. */
const FORGET = `
  DELETE FROM notifications.mails WHERE id IN (
    SELECT id FROM notifications.mails
    WHERE id < (SELECT uuidv7(make_interval(days => -$1::int))) AND created_at < now() - make_interval(days => $1::int)
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`;

const WERE_SENT = `
  SELECT dedupe_key AS "dedupeKey" FROM notifications.mails WHERE dedupe_key = ANY($1) AND sent_at IS NOT NULL`;

const INSERT_SENT = `
  INSERT INTO notifications.mails (dedupe_key, kind, user_id, sent_at)
  SELECT sent.*, now() FROM unnest($1::text[], $2::text[], $3::uuid[]) AS sent
  ON CONFLICT (dedupe_key) DO UPDATE SET sent_at = now() WHERE mails.sent_at IS NULL`;

interface Sent {
  dedupeKey: string;
  kind: string;
  userId: string;
}

/** Which mails have been sent. */
@Injectable()
export class MailsRepository {
  private readonly sent = new AskedAtOnce<string, true>(async (keys) => {
    const rows = await this.uow.sql<{ dedupeKey: string }>(WERE_SENT, [keys]);
    return new Map(rows.map(({ dedupeKey }) => [dedupeKey, true]));
  });

  constructor(private readonly uow: UnitOfWork) {}

  async wasSent(dedupeKey: string): Promise<boolean> {
    return (await this.sent.find(dedupeKey)) === true;
  }

  /** Notes that a mail has been sent. */
  queueSent(dedupeKey: string, kind: string, userId: string): void {
    this.uow.gather('notifications.mails', { dedupeKey, kind, userId }, (sent: Sent[]) => {
      const mails = [...new Map(sent.map((mail) => [mail.dedupeKey, mail])).values()]; // a row is inserted once
      const columns = [
        mails.map((mail) => mail.dedupeKey),
        mails.map((mail) => mail.kind),
        mails.map((mail) => mail.userId),
      ];
      return { text: INSERT_SENT, values: columns };
    });
  }

  /** Deletes what nobody can ask to be sent again. @returns how many */
  forgetOld(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [DAYS_KEPT, limit]);
  }
}
