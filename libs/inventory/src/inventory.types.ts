/** So many pieces of a product. */
export interface StockLine {
  sku: string;
  /** Whole pieces, 1 or more. */
  quantity: number;
}

/** A line that can't be held, and how many pieces could be. */
export interface Shortage {
  sku: string;
  available: number;
}

/** What came of trying to hold stock: all lines or none. */
export type HoldOutcome = { isHeld: true; heldAt: Date; expiresAt: Date } | { isHeld: false; shortages: Shortage[] };

/** What customers may know of a product's stock. */
export type Availability = 'in_stock' | 'low' | 'out';
