import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts can be locked by an administrator, and are found by parts of names and addresses. */
export class AddLocks1763700001910 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users.users ADD COLUMN locked_at timestamptz');
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm'); // a trusted one: the database's owner may create it
    await runner.query(`
      CREATE INDEX users_search ON users.users
      USING gin ((lower(email || ' ' || first_name || ' ' || last_name)) gin_trgm_ops) WHERE deleted_at IS NULL`);
    await runner.query(`
      CREATE INDEX users_admins ON users.users (id)
      WHERE 'admin' = ANY(roles) AND deleted_at IS NULL AND locked_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users.users_admins, users.users_search');
    await runner.query('ALTER TABLE users.users DROP COLUMN locked_at');
  }
}
