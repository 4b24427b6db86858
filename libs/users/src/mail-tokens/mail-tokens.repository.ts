import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { MAIL_TOKEN_SECONDS, MAILS_PER_HOUR, type MailTokenPurpose } from './mail-token.rules';

/** One request of an account at a time, or several at once would each count as the fifth. */
const LOCK = 'SELECT 1 FROM users.users WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE';

/** The same request again finds its own row, so that a mail whose sending failed is sent with the same token. */
const ISSUE = `
  INSERT INTO users.mail_tokens (id, user_id, purpose, token_hash, expires_at)
  SELECT $1::uuid, account.id, $3, $4::bytea, now() + make_interval(secs => $5)
  FROM users.users account
  WHERE account.id = $2 AND account.deleted_at IS NULL AND (
    SELECT count(*) FROM users.mail_tokens earlier
    WHERE earlier.user_id = $2 AND earlier.purpose = $3 AND earlier.id <> $1
      AND earlier.created_at > now() - interval '1 hour') < $6
  ON CONFLICT (id) DO UPDATE SET user_id = EXCLUDED.user_id WHERE mail_tokens.used_at IS NULL
  RETURNING id`;

const IS_LIVE = 'token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()';

const FIND_OWNER = `SELECT user_id AS "userId" FROM users.mail_tokens WHERE ${IS_LIVE}`;

/** The condition is part of the update: of two uses at the same time one finds no row. */
const USE = `UPDATE users.mail_tokens SET used_at = now() WHERE ${IS_LIVE} RETURNING user_id AS "userId"`;

const USE_UP = `
  UPDATE users.mail_tokens SET used_at = now() WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL`;

const FORGET = `
  DELETE FROM users.mail_tokens WHERE id IN (
    SELECT id FROM users.mail_tokens WHERE expires_at < now() - interval '1 day' LIMIT $1)`;

/** Tokens that were sent by mail, by their hashes. */
@Injectable()
export class MailTokensRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns whether the token may be sent: the account is there, and has not had too many such mails this hour */
  async issue(requestId: string, userId: string, purpose: MailTokenPurpose, tokenHash: Buffer): Promise<boolean> {
    this.uow.requireActive('MailTokensRepository.issue');
    const values = [requestId, userId, purpose, tokenHash, MAIL_TOKEN_SECONDS[purpose], MAILS_PER_HOUR];
    const [, issued] = await Promise.all([this.uow.sql(LOCK, [userId]), this.uow.sql(ISSUE, values)]);
    return issued.length > 0;
  }

  /** Whose token it is, if it is good; it stays so. */
  async findOwner(tokenHash: Buffer, purpose: MailTokenPurpose): Promise<string | undefined> {
    const [token] = await this.uow.sql<{ userId: string }>(FIND_OWNER, [tokenHash, purpose]);
    return token?.userId;
  }

  /** Takes a token that is good, once. @returns whose it was */
  async use(tokenHash: Buffer, purpose: MailTokenPurpose): Promise<string | undefined> {
    this.uow.requireActive('MailTokensRepository.use');
    const [token] = await this.uow.sql<{ userId: string }>(USE, [tokenHash, purpose]);
    return token?.userId;
  }

  /** All that a user still has for this purpose are no good any more; leaves in one trip with COMMIT. */
  queueUsingUp(userId: string, purpose: MailTokenPurpose): void {
    this.uow.queue(USE_UP, [userId, purpose]);
  }

  /** Deletes tokens that expired a day ago. @returns how many */
  forgetExpired(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [limit]);
  }
}
