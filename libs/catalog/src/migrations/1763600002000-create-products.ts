import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products, with what their lists are sorted by and what finds them. */
export class CreateProducts1763600002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA catalog');
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm'); // a trusted one: the database's owner may create it
    // Times are whole milliseconds, so that a cursor, which goes through a JavaScript Date, continues at the exact row.
    await runner.query(`
      CREATE TABLE catalog.products (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        sku text NOT NULL CONSTRAINT products_sku_key UNIQUE CHECK (sku ~ '^[A-Z0-9][A-Z0-9-]{0,63}$'),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        description text NOT NULL CHECK (length(description) <= 5000),
        price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 9999999999),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        tax_rate_bps integer NOT NULL DEFAULT 0 CHECK (tax_rate_bps BETWEEN 0 AND 10000),
        status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
        attributes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz(3),
        search tsvector NOT NULL GENERATED ALWAYS AS (
          to_tsvector('english', translate(sku || ' ' || name || ' ' || description, '-/_.', '    '))
        ) STORED
      )`);
    await createListIndexes(runner);
    await createSearchIndexes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA catalog CASCADE');
  }
}

/** Customers read one status at a time; who sees all reads the newest first, and for them the rest may be sorted. */
async function createListIndexes(runner: QueryRunner): Promise<void> {
  const keys = { created_at: 'created_at', name: 'left(lower(name), 80)', price: 'price_minor' };
  for (const [name, key] of Object.entries(keys)) {
    await runner.query(
      `CREATE INDEX products_by_${name} ON catalog.products (status, (${key}), id) WHERE deleted_at IS NULL`,
    );
  }
  await runner.query('CREATE INDEX products_newest ON catalog.products (created_at, id) WHERE deleted_at IS NULL');
}

async function createSearchIndexes(runner: QueryRunner): Promise<void> {
  await runner.query('CREATE INDEX products_search ON catalog.products USING gin (search) WHERE deleted_at IS NULL');
  await runner.query(`
    CREATE INDEX products_similar ON catalog.products USING gin ((sku || ' ' || name) gin_trgm_ops)
    WHERE deleted_at IS NULL`);
}
