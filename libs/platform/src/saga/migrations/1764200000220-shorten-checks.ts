import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rewriteWordLists } from '@platform/database';

/** The same conditions in half the text. Nothing to undo: whoever goes back is as safe with these. */
export class ShortenChecks1764200000220 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rewriteWordLists(runner, 'platform.sagas', {
      status: ['running', 'compensating', 'done', 'undone', 'needs_attention'],
      parked_from: ['running', 'compensating'],
    });
  }

  async down(): Promise<void> {}
}
