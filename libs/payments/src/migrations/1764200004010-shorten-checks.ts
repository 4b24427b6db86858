import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rewriteWordLists } from '@platform/database';

const KINDS = ['capture', 'gateway_fee', 'refund', 'sale', 'credit_note', 'refund_reversal', 'credit_note_reversal'];

/** The same conditions in half the text. Nothing to undo: whoever goes back is as safe with these. */
export class ShortenChecks1764200004010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rewriteWordLists(runner, 'payments.payments', {
      status: ['processing', 'authorized', 'succeeded', 'failed', 'voided'],
      capture: ['automatic', 'manual'],
      wanted: ['capture', 'void'],
    });
    await rewriteWordLists(runner, 'payments.ledger_transactions', { kind: KINDS });
  }

  async down(): Promise<void> {}
}
