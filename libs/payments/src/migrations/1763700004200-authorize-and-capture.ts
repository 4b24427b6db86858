import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Payments that are authorized first and captured or voided later; calls that are repeated until the gateway's word is
 * certain. `wanted` is the one decision about an authorized payment: who writes it first has won. `ask_at` is when the
 * worker asks the gateway about what is not settled, unless the checkout does so before.
 */
export class AuthorizeAndCapture1763700004200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE payments.payments
        ADD COLUMN capture text NOT NULL DEFAULT 'automatic' CHECK (capture IN ('automatic', 'manual')),
        ADD COLUMN wanted text CHECK (wanted IN ('capture', 'void')),
        ADD COLUMN ask_at timestamptz NOT NULL DEFAULT now() + interval '5 minutes',
        ADD CONSTRAINT payments_wanted_while_authorized CHECK (wanted IS NULL OR status = 'authorized')`);
    await runner.query(`
      CREATE INDEX payments_unsettled ON payments.payments (ask_at)
      WHERE status = 'processing' OR wanted IS NOT NULL`);
    await runner.query(`
      ALTER TABLE payments.refunds
        ADD COLUMN calls int NOT NULL DEFAULT 0,
        ADD COLUMN ask_at timestamptz NOT NULL DEFAULT now() + interval '30 seconds'`);
    await runner.query(`CREATE INDEX refunds_unsettled ON payments.refunds (ask_at) WHERE status = 'processing'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payments.payments_unsettled, payments.refunds_unsettled');
    await runner.query('ALTER TABLE payments.refunds DROP COLUMN calls, DROP COLUMN ask_at');
    await runner.query('ALTER TABLE payments.payments DROP COLUMN capture, DROP COLUMN wanted, DROP COLUMN ask_at');
  }
}
