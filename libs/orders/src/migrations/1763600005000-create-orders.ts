import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every change of an order is one version and one row of its timeline: the key of the timeline makes sure that no
 * version is missing its row or has two.
 */
export class CreateOrders1763600005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS orders');
    await runner.query(`
      CREATE TABLE orders.orders (
        id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        buyer_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN
          ('pending_payment', 'confirmed', 'shipped', 'delivered', 'cancelled', 'expired', 'needs_attention')),
        payment_status text NOT NULL CHECK (payment_status IN
          ('unpaid', 'processing', 'authorized', 'paid', 'failed', 'partially_refunded', 'refunded')),
        currency char(3) NOT NULL,
        subtotal_minor bigint NOT NULL CHECK (subtotal_minor >= 0),
        discount_minor bigint NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        shipping_minor bigint NOT NULL CHECK (shipping_minor >= 0),
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        item_count int NOT NULL CHECK (item_count > 0),
        shipping_address jsonb NOT NULL,
        placed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT orders_total_adds_up CHECK (total_minor = subtotal_minor - discount_minor + tax_minor + shipping_minor)
      ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX orders_buyer ON orders.orders (buyer_id, id DESC)');
    await runner.query('CREATE INDEX orders_status ON orders.orders (status, id DESC)');
    await runner.query(`
      CREATE TABLE orders.lines (
        order_id uuid NOT NULL REFERENCES orders.orders (id),
        position smallint NOT NULL,
        sku text NOT NULL,
        name text NOT NULL,
        quantity int NOT NULL CHECK (quantity > 0),
        unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
        tax_rate_bps int NOT NULL,
        discount_minor bigint NOT NULL DEFAULT 0,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        PRIMARY KEY (order_id, position),
        CONSTRAINT lines_total_adds_up CHECK (total_minor = unit_price_minor * quantity - discount_minor)
      )`);
    await runner.query(`
      CREATE TABLE orders.timeline (
        order_id uuid NOT NULL REFERENCES orders.orders (id),
        version int NOT NULL,
        step text NOT NULL,
        status text NOT NULL,
        payment_status text NOT NULL,
        actor text,
        detail text,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (order_id, version)
      )`);
    await runner.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON orders.timeline
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA orders CASCADE');
  }
}
