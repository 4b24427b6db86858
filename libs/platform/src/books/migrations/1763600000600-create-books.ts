import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was found when somebody last looked, and what modules may ask of platform's own tables in their checks. */
export class CreateBooks1763600000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.books (
        name text PRIMARY KEY,
        offending int CHECK (offending >= 0),
        checked_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE FUNCTION platform.is_saga_running(name text, key uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT FROM platform.sagas saga
          WHERE saga.name = $1 AND saga.key = $2 AND saga.status IN ('running', 'compensating'))
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.is_saga_running');
    await runner.query('DROP TABLE platform.books');
  }
}
