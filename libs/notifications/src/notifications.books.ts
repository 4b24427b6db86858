import type { BookCheck } from '@platform/books';

/** What must be true of mail. */
export const NOTIFICATIONS_CHECKS: BookCheck[] = [
  {
    name: 'notifications.sent_once',
    rule: 'A mail is sent once.',
    sql: `SELECT min(id::text) AS id FROM notifications.mails WHERE sent_at IS NOT NULL
      GROUP BY dedupe_key HAVING count(*) > 1`,
  },
];
