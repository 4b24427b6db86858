import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts. A deleted one frees its e-mail address. */
export class CreateUsers1763600001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS users');
    await runner.query(`
      CREATE TABLE users.users (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        email text NOT NULL CHECK (length(email) <= 254),
        password_hash text NOT NULL,
        first_name text NOT NULL,
        last_name text NOT NULL,
        roles text[] NOT NULL CHECK (cardinality(roles) > 0),
        email_verified_at timestamptz,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      )`);
    await runner.query('CREATE UNIQUE INDEX users_email_unique ON users.users (lower(email)) WHERE deleted_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA users CASCADE');
  }
}
