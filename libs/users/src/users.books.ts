import type { BookCheck } from '@platform/books';

/** What must be true of accounts and their sessions. */
export const USERS_CHECKS: BookCheck[] = [
  {
    name: 'users.one_live_refresh_token',
    rule: 'A session that has not ended has one refresh token that can be used, at the most.',
    sql: `SELECT token.session_id AS id FROM users.refresh_tokens token
      JOIN users.sessions session ON session.id = token.session_id
      WHERE token.used_at IS NULL AND token.expires_at > now() AND session.ended_at IS NULL
      GROUP BY token.session_id HAVING count(*) > 1`,
  },
  {
    name: 'users.deleted_users_are_signed_out',
    rule: 'A deleted account has no session that goes on.',
    sql: `SELECT session.id FROM users.sessions session JOIN users.users account ON account.id = session.user_id
      WHERE account.deleted_at < now() - interval '1 minute' AND session.ended_at IS NULL AND session.expires_at > now()`,
  },
  {
    name: 'users.one_account_per_email',
    rule: 'An e-mail address has one living account.',
    sql: `SELECT min(id::text) AS id FROM users.users WHERE deleted_at IS NULL GROUP BY lower(email) HAVING count(*) > 1`,
  },
];
