import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** A user's shared secret, sealed, and the database's time. */
export interface TotpFactor {
  secret: Buffer;
  isConfirmed: boolean;
  /** Begun too long ago to be confirmed. */
  isStale: boolean;
  /** Seconds since 1970: codes are judged by one clock, whichever node asks. */
  nowSeconds: number;
}

/** For so long a secret waits for its first code. */
export const PENDING_SECONDS = 900;

const PUT = `
  INSERT INTO users.totp_factors AS known (user_id, secret) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = now(), updated_at = now()
  WHERE known.confirmed_at IS NULL`;

const FIND = `
  SELECT secret, confirmed_at IS NOT NULL AS "isConfirmed",
    created_at < now() - make_interval(secs => $2) AS "isStale",
    extract(epoch FROM clock_timestamp())::float8 AS "nowSeconds"
  FROM users.totp_factors WHERE user_id = $1`;

/** The secret is compared, so that a code for one secret never confirms another that has just replaced it. */
const CONFIRM = `
  UPDATE users.totp_factors SET confirmed_at = now(), last_step = $3, updated_at = now()
  WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NULL`;

/** Of those who show the same code at once, one finds the step still unused. */
const USE_STEP = `
  UPDATE users.totp_factors SET last_step = $2, updated_at = now()
  WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2`;

/** Secrets shared with authenticator apps; one for each user at most. */
@Injectable()
export class TotpRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Begins, or begins again. @returns false when there is a confirmed one */
  async put(userId: string, secret: Buffer): Promise<boolean> {
    return (await this.uow.execute(PUT, [userId, secret])) > 0;
  }

  async find(userId: string): Promise<TotpFactor | undefined> {
    return (await this.uow.sql<TotpFactor>(FIND, [userId, PENDING_SECONDS]))[0];
  }

  /** @returns whether it was this secret that waited */
  async confirm(userId: string, secret: Buffer, step: number): Promise<boolean> {
    return (await this.uow.execute(CONFIRM, [userId, secret, step])) > 0;
  }

  /** Uses up a time step and all before it (RFC 6238, section 5.2). @returns false when it has been used */
  async useStep(userId: string, step: number): Promise<boolean> {
    return (await this.uow.execute(USE_STEP, [userId, step])) > 0;
  }

  /** @returns whether there was a confirmed one */
  async delete(userId: string): Promise<boolean> {
    const text = 'DELETE FROM users.totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL';
    return (await this.uow.execute(text, [userId])) > 0;
  }
}
