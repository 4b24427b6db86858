import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What modules may ask of backfills in their checks: up to which id the first pass has come. Everything once it is through (two
 * passes are left at first), nothing before it has begun.
 */
export class TellProgressOfBackfills1763900000140 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION platform.backfilled_until(name text) RETURNS uuid LANGUAGE sql STABLE AS $$
        SELECT coalesce((
          SELECT CASE WHEN backfill.passes_left < 2 THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE backfill.after END
          FROM platform.backfills backfill WHERE backfill.name = $1
        ), '00000000-0000-0000-0000-000000000000')
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.backfilled_until');
  }
}
