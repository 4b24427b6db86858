import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who an account's owner is at other providers: their issuer and subject, never the e-mail, which may change hands. One of
 * each issuer, so that a second subject with the same e-mail (the address was given to somebody else) gets no account.
 */
export class CreateIdentities1763700001950 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.identities (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        issuer text NOT NULL CHECK (length(issuer) <= 500),
        subject text NOT NULL CHECK (length(subject) <= 255),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT identities_one_account UNIQUE (issuer, subject),
        CONSTRAINT identities_one_of_issuer UNIQUE (user_id, issuer)
      )`);
    await runner.query(`
      CREATE TABLE users.oidc_returns (
        state_hash bytea PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX oidc_returns_expires_at ON users.oidc_returns (expires_at)');
    await runner.query(`
      ALTER TABLE users.mfa_challenges ADD COLUMN identity_issuer text, ADD COLUMN identity_subject text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users.mfa_challenges DROP COLUMN identity_issuer, DROP COLUMN identity_subject');
    await runner.query('DROP TABLE users.oidc_returns');
    await runner.query('DROP TABLE users.identities');
  }
}
