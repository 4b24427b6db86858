import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Tokens of mails stay, used up: a mail that is delivered once more would issue the one it made before. */
const ERASE = [
  'UPDATE users.mail_tokens SET used_at = now() WHERE user_id = $1 AND used_at IS NULL',
  ...[
    'known_devices',
    'passkeys',
    'totp_factors',
    'recovery_codes',
    'factor_guesses',
    'mfa_challenges',
    'identities',
  ].map((table) => `DELETE FROM users.${table} WHERE user_id = $1`),
];

/** How many factors of each kind. */
export interface FactorCounts {
  passkeys: number;
  totp: number;
  recoveryCodes: number;
}

/** An authenticator app is as old as its secret, whenever a code has confirmed it. */
const DROP = `
  WITH account AS (SELECT id, email_verified_at AS proved_at FROM users.users WHERE id = $1),
  passkeys AS (
    DELETE FROM users.passkeys USING account WHERE user_id = account.id AND ($2 OR created_at <= proved_at) RETURNING 1
  ), totp AS (
    DELETE FROM users.totp_factors USING account WHERE user_id = account.id AND ($2 OR created_at <= proved_at)
    RETURNING confirmed_at
  ), codes AS (
    DELETE FROM users.recovery_codes USING account WHERE user_id = account.id AND ($2 OR created_at <= proved_at)
    RETURNING 1
  )
  SELECT (SELECT count(*)::int FROM passkeys) AS passkeys, (SELECT count(confirmed_at)::int FROM totp) AS totp,
    (SELECT count(*)::int FROM codes) AS "recoveryCodes"`;

/** What an account is proved with besides its password and API keys, or was told by mail. A person has a handful of each. */
@Injectable()
export class ProofsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async erase(userId: string): Promise<void> {
    this.uow.requireActive('ProofsRepository.erase');
    await Promise.all(ERASE.map((text) => this.uow.execute(text, [userId])));
  }

  async eraseMailTokens(userId: string): Promise<void> {
    await this.uow.execute('DELETE FROM users.mail_tokens WHERE user_id = $1', [userId]);
  }

  /** Deletes the factors that are no younger than the proof of the address, or all. @returns what there was of each */
  async dropFactors(userId: string, isAll: boolean): Promise<FactorCounts> {
    this.uow.requireActive('ProofsRepository.dropFactors');
    return (await this.uow.sql<FactorCounts>(DROP, [userId, isAll]))[0] as FactorCounts;
  }
}
