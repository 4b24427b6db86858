import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { NewProduct } from '../product.types';

/** Each product is 97 minutes older than the one before it, ids included. */
const INSERT_MISSING = `
  INSERT INTO catalog.products
    (id, sku, name, description, price_minor, currency, tax_rate_bps, status, attributes, created_at, updated_at)
  SELECT uuidv7(-age), sku, name, description, price_minor, currency, tax_rate_bps, status, attributes,
    now() - age, now() - age
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::text[], $8::jsonb[])
    WITH ORDINALITY
    AS given (sku, name, description, price_minor, currency, tax_rate_bps, status, attributes, position),
    make_interval(mins => (97 * position)::int) AS age
  ON CONFLICT (sku) DO NOTHING
  RETURNING sku`;

/** Writes the demo products. */
@Injectable()
export class DemoCatalogRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @param products newest first; @returns the skus of those that were not there yet */
  async insertMissing(products: NewProduct[]): Promise<Set<string>> {
    const rows = await this.uow.sql<{ sku: string }>(INSERT_MISSING, [
      products.map(({ sku }) => sku),
      products.map(({ name }) => name),
      products.map(({ description }) => description),
      products.map(({ priceMinor }) => priceMinor),
      products.map(({ currency }) => currency),
      products.map(({ taxRateBps }) => taxRateBps),
      products.map(({ status }) => status),
      products.map(({ attributes }) => JSON.stringify(attributes)),
    ]);
    return new Set(rows.map(({ sku }) => sku));
  }
}
