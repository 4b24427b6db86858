import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose a delivery is while its listener is at work: until `not_before`, which its job moves on. */
export class LeaseDeliveries1763900000130 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.outbox_deliveries ADD COLUMN lease uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.outbox_deliveries DROP COLUMN lease');
  }
}
