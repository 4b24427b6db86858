import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = `'capture', 'gateway_fee', 'refund', 'sale', 'credit_note'`;

/** Refunds come back: their postings are reversed. The new list holds the old one, so no row is looked at again. */
export class PostReversals1763900004210 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await allow(runner, `${BEFORE}, 'refund_reversal', 'credit_note_reversal'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await allow(runner, BEFORE);
  }
}

async function allow(runner: QueryRunner, kinds: string): Promise<void> {
  await runner.query(`
    ALTER TABLE payments.ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check,
      ADD CONSTRAINT ledger_transactions_kind_check CHECK (kind IN (${kinds})) NOT VALID`);
}
