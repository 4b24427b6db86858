import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Free texts in the timeline can be erased with their writer; everything else in it stays append-only. */
export class EraseBuyers1763600005450 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER append_only ON orders.timeline');
    await runner.query(`
      CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON orders.timeline
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
    await runner.query(`
      CREATE TRIGGER only_erasure BEFORE UPDATE ON orders.timeline
      FOR EACH ROW EXECUTE FUNCTION platform.refuse_all_but_erasure('detail')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER only_erasure ON orders.timeline');
    await runner.query('DROP TRIGGER append_only ON orders.timeline');
    await runner.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON orders.timeline
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
  }
}
