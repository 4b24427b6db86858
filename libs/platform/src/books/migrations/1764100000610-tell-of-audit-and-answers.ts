import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What modules may ask in their checks of the audit trail and of the answers that idempotency keys keep. */
export class TellOfAuditAndAnswers1764100000610 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION platform.audited_actions(resource_id text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
        SELECT audit.action FROM platform.audit_events audit WHERE audit.resource_id = $1
      $$`);
    await runner.query(`
      CREATE FUNCTION platform.latest_answers(status int) RETURNS TABLE (key_id text, told jsonb) LANGUAGE sql STABLE AS $$
        SELECT answer.scope || ' ' || md5(answer.key), CASE WHEN answer.body IS JSON OBJECT THEN answer.body::jsonb END
        FROM platform.idempotency_keys answer
        WHERE answer.status = $1 AND answer.created_at > now() - interval '15 minutes'
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.latest_answers');
    await runner.query('DROP FUNCTION platform.audited_actions');
  }
}
