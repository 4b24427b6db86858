import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An e-mail address is free again once its account has been erased, not when it is deleted. Accounts whose address has been
 * registered again in the old way give it up now.
 */
export class EraseAccounts1763600001450 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users.users ADD COLUMN erased_at timestamptz');
    await runner.query(`
      UPDATE users.users account SET email = 'erased-' || id || '@erased.invalid' WHERE deleted_at IS NOT NULL AND EXISTS (
        SELECT FROM users.users other WHERE lower(other.email) = lower(account.email)
          AND (other.deleted_at IS NULL OR other.id > account.id))`);
    await runner.query('CREATE UNIQUE INDEX users_email_kept ON users.users (lower(email)) WHERE erased_at IS NULL');
    await runner.query('DROP INDEX users.users_email_unique');
    await runner.query('ALTER INDEX users.users_email_kept RENAME TO users_email_unique');
    await runner.query('CREATE INDEX sessions_all_of_user ON users.sessions (user_id, id)');
    await runner.query('DROP INDEX users.sessions_of_user');
    await runner.query(
      'CREATE INDEX users_to_erase ON users.users (deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users.users_to_erase, users.sessions_all_of_user');
    await runner.query('CREATE INDEX sessions_of_user ON users.sessions (user_id, id) WHERE ended_at IS NULL');
    await runner.query('DROP INDEX users.users_email_unique');
    await runner.query('CREATE UNIQUE INDEX users_email_unique ON users.users (lower(email)) WHERE deleted_at IS NULL');
    await runner.query('ALTER TABLE users.users DROP COLUMN erased_at');
  }
}
