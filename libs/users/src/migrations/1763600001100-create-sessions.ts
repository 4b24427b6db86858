import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A session is a family of refresh tokens, each made from the one before. Only their hashes are kept: who reads the
 * table can't use them.
 */
export class CreateSessions1763600001100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.sessions (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        user_id uuid NOT NULL REFERENCES users.users (id),
        device text NOT NULL,
        address text NOT NULL,
        last_used_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX sessions_of_user ON users.sessions (user_id, id) WHERE ended_at IS NULL');
    await runner.query(`
      CREATE TABLE users.refresh_tokens (
        token_hash bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES users.sessions (id),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users.refresh_tokens');
    await runner.query('DROP TABLE users.sessions');
  }
}
