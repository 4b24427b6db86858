import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Runs that compare our payments with a gateway's own list, and what they found. `reconciliation_charges` is what a run
 * has seen so far; it is emptied when the run ends.
 */
export class CreateReconciliations1763700004300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payments.reconciliations (
        id uuid PRIMARY KEY,
        provider text NOT NULL,
        status text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'running', 'done', 'failed')),
        covers_from timestamptz(3) NOT NULL,
        covers_to timestamptz(3) NOT NULL,
        charges int NOT NULL DEFAULT 0,
        payments int NOT NULL DEFAULT 0,
        differences int NOT NULL DEFAULT 0,
        attempts int NOT NULL DEFAULT 0,
        lease uuid,
        next_run_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT reconciliations_cover_some_time CHECK (covers_from < covers_to)
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX reconciliations_one_open ON payments.reconciliations (provider)
      WHERE status IN ('requested', 'running')`);
    await runner.query('CREATE INDEX reconciliations_latest ON payments.reconciliations (provider, created_at)');
    await runner.query(`
      CREATE TABLE payments.reconciliation_differences (
        id uuid PRIMARY KEY,
        reconciliation_id uuid NOT NULL REFERENCES payments.reconciliations (id),
        kind text NOT NULL CHECK (kind IN ('charge_without_payment', 'payment_without_charge', 'amount_differs',
          'refund_differs')),
        payment_id uuid,
        provider_ref text,
        currency char(3) NOT NULL,
        ours_minor bigint NOT NULL,
        theirs_minor bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE INDEX reconciliation_differences_run
      ON payments.reconciliation_differences (reconciliation_id, id)`);
    await runner.query(`
      CREATE TABLE payments.reconciliation_charges (
        reconciliation_id uuid NOT NULL REFERENCES payments.reconciliations (id),
        payment_id uuid NOT NULL,
        PRIMARY KEY (reconciliation_id, payment_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE payments.reconciliation_charges, payments.reconciliation_differences, payments.reconciliations`);
  }
}
