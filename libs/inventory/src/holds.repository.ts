import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { Shortage, StockLine } from './inventory.types';

/**
 * One statement, all lines or none. Rows are locked in sku order; a row that somebody else changed meanwhile is judged
 * anew once it is ours. Nothing is read here and written later.
 */
const HOLD = `
  WITH wanted AS (
    SELECT sku, quantity FROM unnest($2::text[], $3::bigint[]) AS line (sku, quantity)
  ), locked AS (
    SELECT level.sku, level.location_id, wanted.quantity
    FROM wanted JOIN inventory.stock_levels level ON level.sku = wanted.sku AND level.location_id = $4
    WHERE level.on_hand - level.reserved >= wanted.quantity
    ORDER BY level.sku FOR UPDATE OF level
  ), taken AS (
    UPDATE inventory.stock_levels level
    SET reserved = level.reserved + locked.quantity, version = level.version + 1, updated_at = now()
    FROM locked
    WHERE level.sku = locked.sku AND level.location_id = locked.location_id
      AND (SELECT count(*) FROM locked) = cardinality($2)
    RETURNING level.sku, level.location_id, locked.quantity, level.on_hand - level.reserved AS available
  )
  INSERT INTO inventory.holds (reference, sku, location_id, quantity, expires_at)
  SELECT $1, sku, location_id, quantity, now() + make_interval(secs => $5) FROM taken
  RETURNING created_at AS "heldAt", expires_at AS "expiresAt", (
    SELECT json_agg(json_build_object('sku', sku, 'available', available) ORDER BY sku) FROM taken
    WHERE available <= $6 AND available + quantity > $6) AS "ranLow"`;

const LOCK_LEVELS = `
  SELECT sku FROM inventory.stock_levels WHERE sku = ANY($1) ORDER BY sku, location_id FOR UPDATE`;

const LOCK_LEVELS_OF_REFERENCE = `
  SELECT sku FROM inventory.stock_levels
  WHERE (sku, location_id) IN (SELECT sku, location_id FROM inventory.holds WHERE reference = $1)
  ORDER BY sku, location_id FOR UPDATE`;

const EXPIRE = `
  WITH expired AS (
    UPDATE inventory.holds SET status = 'expired', updated_at = now()
    WHERE sku = ANY($1) AND status = 'held' AND expires_at <= clock_timestamp()
    RETURNING sku, location_id, quantity
  ), given_back AS (
    SELECT sku, location_id, sum(quantity) AS quantity FROM expired GROUP BY sku, location_id
  )
  UPDATE inventory.stock_levels level
  SET reserved = level.reserved - given_back.quantity, version = level.version + 1, updated_at = now()
  FROM given_back WHERE level.sku = given_back.sku AND level.location_id = given_back.location_id`;

const RELEASE = `
  WITH released AS (
    UPDATE inventory.holds SET status = 'released', updated_at = now()
    WHERE reference = $1 AND status IN ('held', 'firm')
    RETURNING sku, location_id, quantity
  )
  UPDATE inventory.stock_levels level
  SET reserved = level.reserved - released.quantity, version = level.version + 1, updated_at = now()
  FROM released WHERE level.sku = released.sku AND level.location_id = released.location_id`;

const FIRM = `
  UPDATE inventory.holds SET status = 'firm', updated_at = now()
  WHERE reference = $1 AND status IN ('held', 'firm') RETURNING sku, quantity`;

const AVAILABLE = `
  SELECT sku, sum(on_hand - reserved)::bigint AS available
  FROM inventory.stock_levels WHERE sku = ANY($1) GROUP BY sku`;

/** Stock that is held, by the database's clock, and the products of which little is left now. */
export interface Held {
  heldAt: Date;
  expiresAt: Date;
  ranLow: Array<{ sku: string; available: number }> | null;
}

/** Holds: pieces that are promised to somebody. All changes of `reserved` are here. */
@Injectable()
export class HoldsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /**
   * @param lines in lock order
   * @param lowUpTo how many available pieces still count as low
   * @returns null when one of them is not to be had; `ranLow`: what has become low by this, null for nothing
   */
  async hold(reference: string, lines: StockLine[], locationId: string, seconds: number, lowUpTo: number) {
    const skus = lines.map(({ sku }) => sku);
    const quantities = lines.map(({ quantity }) => quantity);
    const values = [reference, skus, quantities, locationId, seconds, lowUpTo];
    const [held] = await this.uow.sql<Held>(HOLD, values);
    return held ?? null;
  }

  /** Locks the levels of these products and gives back what expired holds still keep of them. */
  async expireHolds(skus: string[]): Promise<void> {
    await Promise.all([this.uow.execute(LOCK_LEVELS, [skus]), this.uow.execute(EXPIRE, [skus])]);
  }

  async findAvailable(skus: string[]): Promise<Shortage[]> {
    return this.uow.sql<Shortage>(AVAILABLE, [skus]);
  }

  /** Makes the holds of a reference last until they are consumed or released. @returns all that is firm now */
  async makeFirm(reference: string): Promise<StockLine[]> {
    return this.uow.sql<StockLine>(FIRM, [reference]);
  }

  /** Gives back what a reference holds. Levels are locked before holds, here as everywhere. */
  async release(reference: string): Promise<void> {
    await Promise.all([
      this.uow.execute(LOCK_LEVELS_OF_REFERENCE, [reference]),
      this.uow.execute(RELEASE, [reference]),
    ]);
  }
}
