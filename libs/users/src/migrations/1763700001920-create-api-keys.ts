import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys for machines: only hashes of their secrets, and of the one before while that is still good. */
export class CreateApiKeys1763700001920 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users.api_keys (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users.users (id) ON DELETE CASCADE,
        name text NOT NULL CHECK (length(name) <= 100),
        hint text NOT NULL,
        permissions text[] NOT NULL CHECK (cardinality(permissions) > 0),
        secret_hash bytea NOT NULL UNIQUE,
        previous_hash bytea UNIQUE,
        previous_until timestamptz,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX api_keys_of_owner ON users.api_keys (owner_id, id) WHERE revoked_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users.api_keys');
  }
}
