import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions whose access tokens must not work any more; a row matters only until the last of them has expired. */
export class CreateEndedSessions1763600000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.ended_sessions (
        session_id uuid PRIMARY KEY,
        ended_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX ended_sessions_ended_at ON platform.ended_sessions (ended_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.ended_sessions');
  }
}
