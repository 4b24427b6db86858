import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Claims a key or fails, so that PostgreSQL skips whatever was sent behind the claim in the same trip. */
export class ClaimIdempotencyKeys1764000000510 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION platform.claim_idempotency_key(wanted_scope uuid, wanted_key text, lock_id bigint) RETURNS void
      LANGUAGE plpgsql AS $$
      DECLARE is_free boolean := pg_try_advisory_xact_lock(lock_id);
      BEGIN
        -- A statement of its own: it must see what the last holder of the lock has committed.
        IF EXISTS (SELECT FROM platform.idempotency_keys WHERE scope = wanted_scope AND key = wanted_key) THEN
          RAISE EXCEPTION 'This key has its answer.' USING ERRCODE = 'IK001';
        END IF;
        IF NOT is_free THEN
          RAISE EXCEPTION 'A request with this key is still running.' USING ERRCODE = 'IK002';
        END IF;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.claim_idempotency_key');
  }
}
