import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rewriteWordLists } from '@platform/database';

/** The same conditions in half the text. Nothing to undo: whoever goes back is as safe with these. */
export class ShortenChecks1764200003010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rewriteWordLists(runner, 'inventory.holds', {
      status: ['held', 'firm', 'consumed', 'released', 'expired'],
    });
  }

  async down(): Promise<void> {}
}
