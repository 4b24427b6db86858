import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that may do what needs a step-up, each until its time is over. */
export class CreateStepUps1763600000410 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.step_ups (
        session_id uuid PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX step_ups_expires_at ON platform.step_ups (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.step_ups');
  }
}
