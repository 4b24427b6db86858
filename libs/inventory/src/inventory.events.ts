import { defineEvent } from '@platform/messaging';

/** Pieces came or went: `delta` of them. */
export const stockAdjusted = defineEvent<{ sku: string; delta: number; reason: string }>('inventory.stock_adjusted', 1);

/** A product has fallen to the low-stock threshold or below it, by a sale (when it is held) or by an adjustment. */
export const stockRanLow = defineEvent<{ sku: string; available: number }>('inventory.stock_ran_low', 1);
