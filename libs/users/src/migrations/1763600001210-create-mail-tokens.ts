import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tokens that were sent by mail: only their hashes, and each is used once. And the devices that somebody has signed in
 * with, by a hash of their names, so that a new one can be told from a known one.
 */
export class CreateMailTokens1763600001210 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.mail_tokens (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        purpose text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX mail_tokens_of_user ON users.mail_tokens (user_id, purpose, created_at)');
    await runner.query('CREATE INDEX mail_tokens_expires_at ON users.mail_tokens (expires_at)');
    await runner.query(`
      CREATE TABLE users.known_devices (
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        device_hash bytea NOT NULL,
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, device_hash)
      ) WITH (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users.known_devices');
    await runner.query('DROP TABLE users.mail_tokens');
  }
}
