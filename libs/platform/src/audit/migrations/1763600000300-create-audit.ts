import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what to which resource. Append-only: a trigger refuses UPDATE and DELETE, whoever asks. */
export class CreateAudit1763600000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.audit_events (
        id uuid PRIMARY KEY,
        action text NOT NULL,
        actor text,
        resource text NOT NULL,
        resource_id text NOT NULL,
        before jsonb,
        after jsonb,
        request_id text,
        address text,
        occurred_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX audit_events_resource ON platform.audit_events (resource_id, id)');
    await runner.query(`
      CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$`);
    await runner.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.audit_events');
    await runner.query('DROP FUNCTION platform.refuse_change');
  }
}
