import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A chain of hashes over the audit trail. Rows are written unchained and wait in audit_queue; the worker seals them one
 * after the other. What a seal is computed over can't change any more, except that personal data can be erased.
 */
export class SealAudit1763600000310 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
    await allowErasureOnly(runner);
    await runner.query('CREATE INDEX audit_events_actor ON platform.audit_events (actor, id)');
    await runner.query(
      `CREATE INDEX audit_events_erased ON platform.audit_events (resource_id) WHERE action = 'audit.erased'`,
    );
    await runner.query('INSERT INTO platform.audit_queue SELECT id FROM platform.audit_events');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.audit_head, platform.audit_seals, platform.audit_queue');
    await runner.query('DROP INDEX platform.audit_events_actor, platform.audit_events_erased');
    await runner.query('DROP TRIGGER only_erasure ON platform.audit_events');
    await runner.query('DROP TRIGGER append_only ON platform.audit_events');
    await runner.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
    await runner.query('DROP FUNCTION platform.refuse_all_but_erasure');
  }
}

async function createTables(runner: QueryRunner): Promise<void> {
  // No key and no index: it is written with every order, and is empty again a second later.
  await runner.query('CREATE TABLE platform.audit_queue (event_id uuid NOT NULL)');
  await runner.query(`
    CREATE TABLE platform.audit_seals (
      seq bigint PRIMARY KEY,
      event_id uuid NOT NULL UNIQUE,
      address_salt bytea,
      address_digest bytea,
      change_salt bytea,
      change_digest bytea,
      sealed_at timestamptz NOT NULL,
      hash bytea NOT NULL
    )`);
  await runner.query(`
    CREATE TABLE platform.audit_head (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      seq bigint NOT NULL,
      hash bytea NOT NULL
    )`);
  await runner.query(`INSERT INTO platform.audit_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'))`);
}

/** The arguments of the trigger are the columns that may become null; nothing else may change. */
async function allowErasureOnly(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION platform.refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT FROM jsonb_each(to_jsonb(NEW)) later JOIN jsonb_each(to_jsonb(OLD)) earlier USING (key)
        WHERE later.value <> earlier.value AND NOT (key = ANY (TG_ARGV) AND later.value = 'null'))
      THEN
        RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$`);
  await runner.query('DROP TRIGGER append_only ON platform.audit_events');
  for (const [table, columns] of [
    ['audit_events', `'address', 'before', 'after'`],
    ['audit_seals', `'address_salt', 'change_salt'`],
  ]) {
    await runner.query(`
      CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON platform.${table}
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
    await runner.query(`
      CREATE TRIGGER only_erasure BEFORE UPDATE ON platform.${table}
      FOR EACH ROW EXECUTE FUNCTION platform.refuse_all_but_erasure(${columns})`);
  }
}
