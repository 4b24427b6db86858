import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A session that another provider's word has opened has shown nothing here: it may not add the first factor. */
export class MarkSessionsOfProviders1763700001970 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users.sessions ADD COLUMN is_from_provider boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users.sessions DROP COLUMN is_from_provider');
  }
}
