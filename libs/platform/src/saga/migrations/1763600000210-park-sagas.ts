import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A saga gets an id when it is parked for the first time: people name it by that, and the many that are never parked
 * cost no further index. New columns are empty at first, so no row is rewritten.
 */
export class ParkSagas1763600000210 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE platform.sagas ADD COLUMN id uuid,
        ADD COLUMN parked_from text CHECK (parked_from IN ('running', 'compensating')),
        ADD COLUMN resumed_at timestamptz`);
    await runner.query(`UPDATE platform.sagas SET id = uuidv7() WHERE status = 'needs_attention'`);
    await runner.query('CREATE UNIQUE INDEX sagas_parked ON platform.sagas (id) WHERE id IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX platform.sagas_parked');
    await runner.query('ALTER TABLE platform.sagas DROP COLUMN id, DROP COLUMN parked_from, DROP COLUMN resumed_at');
  }
}
