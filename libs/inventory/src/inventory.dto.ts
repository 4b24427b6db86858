import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min, NotEquals, ValidateIf } from 'class-validator';
import { IsText, PageInfo, PageQuery } from '@platform/http';
import { MAIN_LOCATION_ID } from './location';
import type { Movement, StockLevel } from './stock.repository';

/** Absent, or of its type: `null` is neither, though IsOptional would let it pass. */
const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

const REASONS = ['restock', 'correction', 'damage', 'return'] as const;

/** Of a product at one location, as the table's CHECK says. */
const MAX_PIECES = 1_000_000_000_000;
/** A sum over locations is as large as a number can be and stay exact. */
const MAX_SUM = Number.MAX_SAFE_INTEGER;

/** Query of the stock list */
export class ListStockQuery extends PageQuery {
  /** `true`: only products that run low */
  @ApiProperty({ enum: ['true', 'false'], required: false })
  @IsOptional()
  @IsIn(['true', 'false'])
  lowStock?: 'true' | 'false';
}

/** Stock of a product at one location. */
export class LocationStockResponse {
  /** The location's id */
  @ApiProperty({ format: 'uuid' })
  locationId: string;

  /** Pieces that are there */
  @ApiProperty({ type: 'integer', example: 120, minimum: 0, maximum: MAX_PIECES })
  onHand: number;

  /** Pieces of these that are promised to orders */
  @ApiProperty({ type: 'integer', example: 3, minimum: 0, maximum: MAX_PIECES })
  reserved: number;

  /** Pieces that can be sold */
  @ApiProperty({ type: 'integer', example: 117, minimum: 0, maximum: MAX_PIECES })
  available: number;
}

/** Stock of a product. */
export class StockResponse {
  /**
   * The product
   * @example "DEMO-MUG"
   */
  sku: string;

  /** Pieces that are there, at all locations */
  @ApiProperty({ type: 'integer', example: 120, minimum: 0, maximum: MAX_SUM })
  onHand: number;

  /** Pieces of these that are promised to orders */
  @ApiProperty({ type: 'integer', example: 3, minimum: 0, maximum: MAX_SUM })
  reserved: number;

  /** Pieces that can be sold */
  @ApiProperty({ type: 'integer', example: 117, minimum: 0, maximum: MAX_SUM })
  available: number;

  /** The same, by location */
  @ApiProperty({ type: [LocationStockResponse] })
  locations: LocationStockResponse[];

  /** Grows with every change */
  @ApiProperty({ type: 'integer', example: 7, minimum: 1, maximum: MAX_SUM })
  version: number;

  /** When stock was opened */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from(levels: StockLevel[]): StockResponse {
    const sum = (pick: (level: StockLevel) => number) => levels.reduce((total, level) => total + pick(level), 0);
    const newest = levels.reduce((a, b) => (a.updatedAt > b.updatedAt ? a : b));
    return {
      sku: newest.sku,
      onHand: sum(({ onHand }) => onHand),
      reserved: sum(({ reserved }) => reserved),
      available: sum(({ onHand, reserved }) => onHand - reserved),
      locations: levels.map(({ locationId, onHand, reserved }) => ({
        locationId,
        onHand,
        reserved,
        available: onHand - reserved,
      })),
      version: sum(({ version }) => version),
      createdAt: newest.createdAt,
      updatedAt: newest.updatedAt,
    };
  }
}

/** One page of stock. */
export class StockPage {
  /** The products of this page */
  @ApiProperty({ type: [StockResponse] })
  data: StockResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}

/** A change of what is on hand. */
export class AdjustStockRequest {
  /** Pieces to add, or (negative) to take away */
  @ApiProperty({ type: 'integer', example: 10, minimum: -1_000_000, maximum: 1_000_000 })
  @IsInt()
  @Min(-1_000_000)
  @Max(1_000_000)
  @NotEquals(0)
  delta: number;

  /** Why */
  @ApiProperty({ enum: REASONS, example: 'restock' })
  @IsIn(REASONS)
  reason: (typeof REASONS)[number];

  /**
   * A word for whoever reads the stock ledger
   * @example "Delivery note 4711"
   */
  @MayBeAbsent()
  @IsText({ max: 500 })
  note?: string;

  /** Where; the main warehouse when absent */
  @ApiProperty({ format: 'uuid', required: false, example: MAIN_LOCATION_ID })
  @MayBeAbsent()
  @IsUUID()
  locationId?: string;
}

/** An entry of the stock ledger; entries are never changed. */
export class MovementResponse {
  /** The entry's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * The product
   * @example "DEMO-MUG"
   */
  sku: string;

  /** Where */
  @ApiProperty({ format: 'uuid' })
  locationId: string;

  /** Pieces that came, or (negative) went */
  @ApiProperty({ type: 'integer', example: 10, minimum: -MAX_PIECES, maximum: MAX_PIECES })
  delta: number;

  /** Why */
  @ApiProperty({ enum: [...REASONS, 'shipment'], example: 'restock' })
  reason: string;

  /** A word for whoever reads this */
  @ApiProperty({ maxLength: 500 })
  note: string | null;

  /** The order that it was for, if any */
  @ApiProperty({ type: 'string', format: 'uuid', nullable: true })
  reference: string | null;

  /** When */
  createdAt: Date;

  /** An entry never changes, so this is when it was made */
  updatedAt: Date;

  static from({ id, sku, locationId, delta, reason, note, reference, createdAt }: Movement): MovementResponse {
    return { id, sku, locationId, delta, reason, note, reference, createdAt, updatedAt: createdAt };
  }
}

/** One page of the stock ledger. */
export class MovementPage {
  /** The entries of this page, newest first */
  @ApiProperty({ type: [MovementResponse] })
  data: MovementResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
