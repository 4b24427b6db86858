import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { Identity } from '../oidc/identities.repository';

/** Seconds in which the second step has to follow the first. */
export const CHALLENGE_SECONDS = 300;

/** Guesses for one challenge; then the password is asked for again. */
export const MAX_GUESSES_OF_CHALLENGE = 5;

/** Who has shown a password. */
export interface FirstStep {
  userId: string;
  /** A hash of the password's hash: the second step is for the same password. */
  passwordPrint: Buffer;
  /** What opened the first step in place of the password, and is to be linked with the second; null when nothing is. */
  identity: Identity | null;
}

const INSERT = `
  WITH old AS (DELETE FROM users.mfa_challenges WHERE expires_at < now() - interval '1 day')
  INSERT INTO users.mfa_challenges (token_hash, user_id, password_print, identity_issuer, identity_subject, expires_at)
  VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`;

const GUESS = `
  UPDATE users.mfa_challenges SET guesses = guesses + 1
  WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() AND guesses < $2
  RETURNING user_id AS "userId", password_print AS "passwordPrint", CASE WHEN identity_issuer IS NOT NULL
    THEN jsonb_build_object('issuer', identity_issuer, 'subject', identity_subject) END AS identity`;

const USE = 'UPDATE users.mfa_challenges SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL';

/** First steps of signing in that wait for their second, by the hashes of their tokens. */
@Injectable()
export class MfaChallengesRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async insert(tokenHash: Buffer, { userId, passwordPrint, identity }: FirstStep): Promise<void> {
    const values = [tokenHash, userId, passwordPrint, identity?.issuer ?? null, identity?.subject ?? null];
    await this.uow.execute(INSERT, [...values, CHALLENGE_SECONDS]);
  }

  /** Counts one guess, before it is looked at. @returns whose it is; undefined when no more guesses are to be had */
  async guess(tokenHash: Buffer): Promise<FirstStep | undefined> {
    return (await this.uow.sql<FirstStep>(GUESS, [tokenHash, MAX_GUESSES_OF_CHALLENGE]))[0];
  }

  /** @returns false when somebody was faster */
  async use(tokenHash: Buffer): Promise<boolean> {
    return (await this.uow.execute(USE, [tokenHash])) > 0;
  }
}
