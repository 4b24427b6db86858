import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mail that was sent or is about to be; a dedupe key is sent once. Neither address nor text is kept. */
export class CreateMails1763600006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS notifications');
    await runner.query(`
      CREATE TABLE notifications.mails (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        dedupe_key text NOT NULL UNIQUE,
        kind text NOT NULL,
        user_id uuid NOT NULL,
        sent_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA notifications CASCADE');
  }
}
