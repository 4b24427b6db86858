import type { Availability, StockLine } from './inventory.types';

/**
 * Locks are taken in this order everywhere, so that two orders do not wait for each other. One exception: an order that misses a
 * line locks it behind those that it has taken. If that makes a circle, PostgreSQL ends one of the two, which starts over.
 */
export function inLockOrder(lines: StockLine[]): StockLine[] {
  return [...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** What customers see in place of a number. @param lowUpTo how many pieces still count as low */
export function availabilityOf(available: number, lowUpTo: number): Availability {
  if (available <= 0) return 'out';
  return available <= lowUpTo ? 'low' : 'in_stock';
}

/** What has become low by being taken. @param lowUpTo how many pieces still count as low */
export function ranLow<Line extends StockLine & { available: number }>(taken: Line[], lowUpTo: number): Line[] {
  return taken.filter(({ quantity, available }) => available <= lowUpTo && available + quantity > lowUpTo);
}
