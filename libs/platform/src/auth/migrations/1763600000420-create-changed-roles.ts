import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has other roles than their access tokens say; a row matters only until the last of those has expired. */
export class CreateChangedRoles1763600000420 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.changed_roles (
        user_id uuid PRIMARY KEY,
        roles text[] NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX changed_roles_changed_at ON platform.changed_roles (changed_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.changed_roles');
  }
}
