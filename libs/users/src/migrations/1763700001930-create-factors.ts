import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Second factors by code. Secrets are sealed, recovery codes and challenges are hashes: who only reads the tables can't
 * sign in with them.
 */
export class CreateFactors1763700001930 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.totp_factors (
        user_id uuid PRIMARY KEY REFERENCES users.users (id) ON DELETE CASCADE,
        secret bytea NOT NULL,
        confirmed_at timestamptz,
        last_step bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE users.recovery_codes (
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        code_hash bytea NOT NULL,
        used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, code_hash)
      )`);
    await runner.query(`
      CREATE TABLE users.factor_guesses (
        user_id uuid PRIMARY KEY REFERENCES users.users (id) ON DELETE CASCADE,
        guesses int NOT NULL,
        window_ends_at timestamptz NOT NULL
      ) WITH (fillfactor = 80)`);
    await runner.query(`
      CREATE TABLE users.mfa_challenges (
        token_hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        password_print bytea NOT NULL,
        guesses int NOT NULL DEFAULT 0,
        used_at timestamptz,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX mfa_challenges_expires_at ON users.mfa_challenges (expires_at)');
    await runner.query('CREATE INDEX mfa_challenges_of_user ON users.mfa_challenges (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['mfa_challenges', 'factor_guesses', 'recovery_codes', 'totp_factors'])
      await runner.query(`DROP TABLE users.${table}`);
  }
}
