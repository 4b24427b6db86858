import type { Product, ProductFields } from './product.types';

const FIELDS: Record<keyof ProductFields, string> = {
  name: 'name',
  description: 'description',
  priceMinor: 'price_minor',
  currency: 'currency',
  taxRateBps: 'tax_rate_bps',
  status: 'status',
  attributes: 'attributes',
};

const COLUMNS: Record<keyof Product, string> = {
  id: 'id',
  sku: 'sku',
  ...FIELDS,
  version: 'version',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** The columns of a Product, for SELECT and RETURNING. */
export const PRODUCT = Object.entries(COLUMNS)
  .map(([property, column]) => `${column} AS "${property}"`)
  .join(', ');

/** In an UPDATE's RETURNING: the fields as they were before it. */
export const FIELDS_BEFORE = `jsonb_build_object(${Object.entries(FIELDS)
  .map(([property, column]) => `'${property}', old.${column}`)
  .join(', ')}) AS before`;
