import type { BookCheck } from '@platform/books';

/** What must be true of products. */
export const CATALOG_CHECKS: BookCheck[] = [
  {
    name: 'catalog.products_have_stock',
    rule: 'Every product has its stock row, from the moment of its making.',
    sql: `SELECT product.sku AS id FROM catalog.products product
      WHERE NOT EXISTS (SELECT FROM inventory.stock_levels level WHERE level.sku = product.sku)`,
  },
];
