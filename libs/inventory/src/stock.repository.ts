import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Stock of a product at one place. */
export interface StockLevel {
  sku: string;
  locationId: string;
  onHand: number;
  reserved: number;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** One entry of the stock ledger. */
export interface Movement {
  id: string;
  sku: string;
  locationId: string;
  delta: number;
  reason: string;
  note: string | null;
  reference: string | null;
  createdAt: Date;
}

export type NewMovement = Pick<Movement, 'sku' | 'locationId' | 'delta' | 'reason'> & { note?: string; actor?: string };

const LEVEL = `sku, location_id AS "locationId", on_hand AS "onHand", reserved, version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;
const MOVEMENT = `id, sku, location_id AS "locationId", delta, reason, note, reference, created_at AS "createdAt"`;

/** Stock levels and the ledger of what came and went. All changes of `on_hand` are here. */
@Injectable()
export class StockRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Opens the levels of new products; what is on hand from the start is their first movement. */
  async open(rows: Array<{ sku: string; onHand: number }>, locationId: string): Promise<void> {
    const columns = [rows.map(({ sku }) => sku), rows.map(({ onHand }) => onHand), locationId];
    await this.uow.execute(
      `INSERT INTO inventory.stock_levels (sku, on_hand, location_id)
       SELECT sku, on_hand, $3 FROM unnest($1::text[], $2::bigint[]) AS opened (sku, on_hand)`,
      columns,
    );
    await this.uow.execute(
      `INSERT INTO inventory.movements (sku, delta, location_id, reason, note)
       SELECT sku, on_hand, $3, 'restock', 'Opening stock'
       FROM unnest($1::text[], $2::bigint[]) AS opened (sku, on_hand) WHERE on_hand > 0`,
      columns,
    );
  }

  /** Adds `delta` unless less than what is reserved would be left. @returns the level after it, or null */
  async add(movement: NewMovement): Promise<StockLevel | null> {
    const [level] = await this.uow.sql<StockLevel>(
      `UPDATE inventory.stock_levels SET on_hand = on_hand + $3, version = version + 1, updated_at = now()
       WHERE sku = $1 AND location_id = $2 AND on_hand + $3 >= reserved RETURNING ${LEVEL}`,
      [movement.sku, movement.locationId, movement.delta],
    );
    return level ?? null;
  }

  async insertMovement(movement: NewMovement): Promise<Movement> {
    const { sku, locationId, delta, reason, note, actor } = movement;
    const rows = await this.uow.sql<Movement>(
      `INSERT INTO inventory.movements (sku, location_id, delta, reason, note, actor)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${MOVEMENT}`,
      [sku, locationId, delta, reason, note ?? null, actor ?? null],
    );
    return rows[0] as Movement;
  }

  listLevels(sku: string): Promise<StockLevel[]> {
    return this.uow.sql<StockLevel>(`SELECT ${LEVEL} FROM inventory.stock_levels WHERE sku = $1 ORDER BY location_id`, [
      sku,
    ]);
  }

  /** Levels by sku, after `afterSku`. @param upToAvailable only what has no more free pieces than this */
  listAll(upToAvailable: number | null, afterSku: string, limit: number): Promise<StockLevel[]> {
    return this.uow.sql<StockLevel>(
      `SELECT ${LEVEL} FROM inventory.stock_levels
       WHERE sku > $1 AND ($2::bigint IS NULL OR on_hand - reserved <= $2) ORDER BY sku LIMIT $3`,
      [afterSku, upToAvailable, limit],
    );
  }

  /** A product's movements, newest first, older than the one named `before`. */
  listMovements(sku: string, before: string | null, limit: number): Promise<Movement[]> {
    return this.uow.sql<Movement>(
      `SELECT ${MOVEMENT} FROM inventory.movements
       WHERE sku = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [sku, before, limit],
    );
  }
}
