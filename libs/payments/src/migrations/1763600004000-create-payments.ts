import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `payments.id` is the idempotency key at the gateway. At most one payment of a reference is alive: that index is what
 * keeps anybody from being charged twice, whatever the code above it believes.
 */
export class CreatePayments1763600004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS payments');
    await runner.query(`
      CREATE TABLE payments.payments (
        id uuid PRIMARY KEY,
        reference uuid NOT NULL,
        buyer_id uuid NOT NULL,
        provider text NOT NULL,
        method text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency char(3) NOT NULL,
        status text NOT NULL DEFAULT 'processing'
          CHECK (status IN ('processing', 'authorized', 'succeeded', 'failed', 'voided')),
        failure_code text,
        provider_ref text,
        refund_requested_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        calls int NOT NULL DEFAULT 0,
        unknown_since timestamptz,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT payments_never_over_refunded
          CHECK (0 <= refunded_minor AND refunded_minor <= refund_requested_minor AND refund_requested_minor <= amount_minor),
        CONSTRAINT payments_refund_only_succeeded CHECK (refund_requested_minor = 0 OR status = 'succeeded')
      ) WITH (fillfactor = 80)`);
    await runner.query(`
      CREATE UNIQUE INDEX payments_one_live ON payments.payments (reference)
      WHERE status IN ('processing', 'authorized', 'succeeded')`);
    await runner.query('CREATE INDEX payments_reference ON payments.payments (reference, id)');
    await runner.query(`
      CREATE TABLE payments.refunds (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payments.payments (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency char(3) NOT NULL,
        reason text,
        status text NOT NULL DEFAULT 'processing' CHECK (status IN ('processing', 'succeeded', 'failed')),
        failure_code text,
        provider_ref text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX refunds_payment ON payments.refunds (payment_id)');
    await runner.query(`
      CREATE TABLE payments.gateway_events (
        provider text NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        payload jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (provider, event_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA payments CASCADE');
  }
}
