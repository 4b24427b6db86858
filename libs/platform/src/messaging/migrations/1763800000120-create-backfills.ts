import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each backfill has come. To have one run again, delete its row. */
export class CreateBackfills1763800000120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.backfills (
        name text PRIMARY KEY,
        after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        passes_left int NOT NULL CHECK (passes_left >= 0),
        next_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.backfills');
  }
}
