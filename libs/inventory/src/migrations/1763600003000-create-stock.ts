import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stock levels are updated often and in place, so their pages keep room (fillfactor). The CHECK is the last word about
 * overselling, whatever the code above it believes.
 */
export class CreateStock1763600003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS inventory');
    await runner.query(`
      CREATE TABLE inventory.locations (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      INSERT INTO inventory.locations (id, name) VALUES ('01900000-0000-7000-8000-000000000001', 'Main warehouse')`);
    await runner.query(`
      CREATE TABLE inventory.stock_levels (
        sku text NOT NULL,
        location_id uuid NOT NULL REFERENCES inventory.locations (id),
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL DEFAULT 0,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (sku, location_id),
        CONSTRAINT stock_levels_never_oversold CHECK (reserved >= 0 AND reserved <= on_hand),
        CONSTRAINT stock_levels_exact CHECK (on_hand <= 1000000000000)
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`);
    await runner.query(`
      CREATE TABLE inventory.holds (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        reference uuid NOT NULL,
        sku text NOT NULL,
        location_id uuid NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        status text NOT NULL DEFAULT 'held' CHECK (status IN ('held', 'firm', 'consumed', 'released', 'expired')),
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (sku, location_id) REFERENCES inventory.stock_levels (sku, location_id)
      ) WITH (fillfactor = 80)`);
    await runner.query(`
      CREATE UNIQUE INDEX holds_one_live ON inventory.holds (reference, sku, location_id)
      WHERE status IN ('held', 'firm')`);
    await runner.query(`CREATE INDEX holds_expiry ON inventory.holds (sku, expires_at) WHERE status = 'held'`);
    await runner.query(`
      CREATE TABLE inventory.movements (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        sku text NOT NULL,
        location_id uuid NOT NULL,
        delta bigint NOT NULL CHECK (delta <> 0),
        reason text NOT NULL CHECK (reason IN ('restock', 'correction', 'damage', 'return', 'shipment')),
        note text,
        reference uuid,
        actor text,
        created_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (sku, location_id) REFERENCES inventory.stock_levels (sku, location_id)
      )`);
    await runner.query('CREATE INDEX movements_sku ON inventory.movements (sku, id)');
    await runner.query(`
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inventory.movements
      FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA inventory CASCADE');
  }
}
