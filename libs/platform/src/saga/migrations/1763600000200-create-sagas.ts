import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `next_run_at` of a leased row is the end of its lease: who dies loses it to the next worker by itself. */
export class CreateSagas1763600000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.sagas (
        name text NOT NULL,
        key uuid NOT NULL,
        step text NOT NULL,
        status text NOT NULL DEFAULT 'running'
          CHECK (status IN ('running', 'compensating', 'done', 'undone', 'needs_attention')),
        attempts int NOT NULL DEFAULT 0,
        next_run_at timestamptz NOT NULL,
        lease uuid,
        woken boolean NOT NULL DEFAULT false,
        last_error text,
        request_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (name, key)
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)`);
    await runner.query(`
      CREATE INDEX sagas_due ON platform.sagas (next_run_at) WHERE status IN ('running', 'compensating')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.sagas');
  }
}
