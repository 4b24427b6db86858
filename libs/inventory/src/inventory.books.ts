import type { BookCheck } from '@platform/books';

/** What must be true of stock. */
export const INVENTORY_CHECKS: BookCheck[] = [
  {
    name: 'inventory.on_hand_equals_movements',
    rule: 'What is on hand is the sum of all movements.',
    sql: `SELECT sku || ' ' || location_id AS id
      FROM inventory.stock_levels level
      FULL JOIN (
        SELECT sku, location_id, sum(delta) AS moved FROM inventory.movements GROUP BY sku, location_id
      ) movement USING (sku, location_id)
      WHERE coalesce(level.on_hand, 0) <> coalesce(movement.moved, 0)`,
  },
  {
    name: 'inventory.reserved_equals_holds',
    rule: 'What is reserved is the sum of the live holds.',
    sql: `SELECT sku || ' ' || location_id AS id
      FROM inventory.stock_levels level
      FULL JOIN (
        SELECT sku, location_id, sum(quantity) AS held FROM inventory.holds WHERE status IN ('held', 'firm')
        GROUP BY sku, location_id
      ) hold USING (sku, location_id)
      WHERE coalesce(level.reserved, 0) <> coalesce(hold.held, 0)`,
  },
  {
    name: 'inventory.nothing_oversold',
    rule: 'Nothing is negative, and no more is reserved than is on hand.',
    sql: `SELECT sku || ' ' || location_id AS id FROM inventory.stock_levels
      WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand`,
  },
  {
    name: 'inventory.one_live_hold',
    rule: 'A reference has one live hold of a product at a place.',
    sql: `SELECT reference || ' ' || sku AS id FROM inventory.holds WHERE status IN ('held', 'firm')
      GROUP BY reference, sku, location_id HAVING count(*) > 1`,
  },
];
