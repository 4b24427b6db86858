import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passkeys (WebAuthn credentials), of which the shop keeps the public half, and the challenges that wait for one. */
export class CreatePasskeys1763700001940 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.passkeys (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        credential_id text NOT NULL CONSTRAINT passkeys_credential_unique UNIQUE,
        public_key bytea NOT NULL,
        counter bigint NOT NULL,
        transports text[] NOT NULL,
        name text NOT NULL,
        is_backed_up boolean NOT NULL,
        disabled_at timestamptz,
        last_used_at timestamptz,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX passkeys_of_user ON users.passkeys (user_id, id)');
    await runner.query(`
      CREATE TABLE users.passkey_challenges (
        challenge text PRIMARY KEY,
        purpose text NOT NULL,
        session_id uuid,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX passkey_challenges_expires_at ON users.passkey_challenges (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users.passkey_challenges');
    await runner.query('DROP TABLE users.passkeys');
  }
}
