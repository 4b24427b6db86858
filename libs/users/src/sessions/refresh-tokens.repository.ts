import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { REFRESH_TOKEN_SECONDS, RETRY_SECONDS, type ShownToken } from './refresh-token.rules';

/** A known token, with the session and the user that it belongs to. */
export interface FoundToken extends ShownToken {
  sessionId: string;
  userId: string;
  roles: string[];
}

/** Locks the session: all that happens to one family of tokens happens in turn. */
const FIND = `
  SELECT session.id AS "sessionId", session.user_id AS "userId", account.roles,
    token.expires_at <= now() AS "isExpired",
    token.used_at IS NOT NULL AS "isUsed",
    coalesce(token.used_at > now() - make_interval(secs => $2), false) AS "isRetry",
    session.ended_at IS NOT NULL AS "isSessionEnded"
  FROM users.refresh_tokens token
  JOIN users.sessions session ON session.id = token.session_id
  JOIN users.users account ON account.id = session.user_id
  WHERE token.token_hash = $1
  FOR NO KEY UPDATE OF session, token`;

const IS_WAITING = 'SELECT 1 FROM users.refresh_tokens WHERE token_hash = $1 AND used_at IS NULL';

const ROTATE = `
  WITH used AS (
    UPDATE users.refresh_tokens SET used_at = now() WHERE token_hash = $1 RETURNING session_id
  ), renewed AS (
    UPDATE users.sessions SET address = $3, last_used_at = now(), updated_at = now(),
      expires_at = now() + make_interval(secs => $4)
    FROM used WHERE id = used.session_id RETURNING id, expires_at
  )
  INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at) SELECT $2::bytea, id, expires_at FROM renewed`;

/** An expired token is refused like one that was never there; a day is for clocks that differ. */
const FORGET = `
  DELETE FROM users.refresh_tokens WHERE token_hash IN (
    SELECT token_hash FROM users.refresh_tokens
    WHERE expires_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED)`;

/** Refresh tokens, by their hashes. */
@Injectable()
export class RefreshTokensRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /**
   * Finds a token and locks its family. The look for the successor is a statement of its own in the same trip: it must
   * see what was committed while the first one waited for the lock.
   */
  async findForUpdate(tokenHash: Buffer, successorHash: Buffer): Promise<FoundToken | undefined> {
    this.uow.requireActive('RefreshTokensRepository.findForUpdate');
    const [[token], waiting] = await Promise.all([
      this.uow.sql<Omit<FoundToken, 'isSuccessorWaiting'>>(FIND, [tokenHash, RETRY_SECONDS]),
      this.uow.sql(IS_WAITING, [successorHash]),
    ]);
    return token && { ...token, isSuccessorWaiting: waiting.length > 0 };
  }

  /** Uses up a token that `findForUpdate` has locked, and lets its successor in; leaves in one trip with COMMIT. */
  rotate(tokenHash: Buffer, successorHash: Buffer, address: string): void {
    this.uow.queue(ROTATE, [tokenHash, successorHash, address, REFRESH_TOKEN_SECONDS]);
  }

  /** Deletes tokens that expired a day ago. @returns how many */
  forgetExpired(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [limit]);
  }

  /** The session that a token belongs to, whatever its state. */
  async findSessionId(tokenHash: Buffer): Promise<string | undefined> {
    const [token] = await this.uow.sql<{ sessionId: string }>(
      'SELECT session_id AS "sessionId" FROM users.refresh_tokens WHERE token_hash = $1',
      [tokenHash],
    );
    return token?.sessionId;
  }
}
