import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What finds expired tokens and sessions, and the tokens of a session that goes. BRIN leaves updates in place (HOT). */
export class IndexExpiryOfSessions1763700001900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX refresh_tokens_of_session ON users.refresh_tokens (session_id)');
    await runner.query('CREATE INDEX refresh_tokens_expires_at ON users.refresh_tokens USING brin (expires_at)');
    await runner.query('CREATE INDEX sessions_expires_at ON users.sessions USING brin (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users.refresh_tokens_of_session');
    await runner.query('DROP INDEX users.refresh_tokens_expires_at');
    await runner.query('DROP INDEX users.sessions_expires_at');
  }
}
