import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { HoldsRepository, type Held } from './holds.repository';
import { stockRanLow } from './inventory.events';
import type { Availability, HoldOutcome, StockLine } from './inventory.types';
import { MAIN_LOCATION_ID } from './location';
import { availabilityOf, inLockOrder } from './stock.rules';
import { StockRepository } from './stock.repository';

/** What other modules may ask of the stock. */
@Injectable()
export class InventoryFacade {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly holds: HoldsRepository,
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Opens the stock of a new product, in the transaction that creates it. */
  openStock(sku: string, onHand: number): Promise<void> {
    return this.openStocks([{ sku, onHand }]);
  }

  /** Like `openStock`, for many products in two statements. */
  openStocks(rows: Array<{ sku: string; onHand: number }>): Promise<void> {
    this.uow.requireActive('InventoryFacade.openStocks');
    return this.stock.open(rows, MAIN_LOCATION_ID);
  }

  /**
   * Holds stock for a reference (an order), all lines or none, in the caller's transaction. The usual case is one
   * statement. On a miss the rows are locked, expired holds on them are released, and the decision is made again: an
   * expired hold refuses nobody, and a refusal comes from locked rows only.
   * @param seconds how long the hold lasts unless it is made firm
   */
  async hold(reference: string, lines: StockLine[], seconds: number): Promise<HoldOutcome> {
    this.uow.requireActive('InventoryFacade.hold');
    const sorted = inLockOrder(lines);
    const lowUpTo = this.config.get('LOW_STOCK_THRESHOLD');
    const held = await this.holds.hold(reference, sorted, MAIN_LOCATION_ID, seconds, lowUpTo);
    if (held) return this.announced(held);
    await this.holds.expireHolds(sorted.map(({ sku }) => sku));
    const heldNow = await this.holds.hold(reference, sorted, MAIN_LOCATION_ID, seconds, lowUpTo);
    return heldNow ? this.announced(heldNow) : { isHeld: false, shortages: await this.shortagesAmong(sorted) };
  }

  /** Makes the holds of a paid order last. @returns what is firm now; less than was held when holds have expired */
  makeHoldsFirm(reference: string): Promise<StockLine[]> {
    this.uow.requireActive('InventoryFacade.makeHoldsFirm');
    return this.holds.makeFirm(reference);
  }

  /** Gives back everything that a reference holds, in the caller's transaction. Harmless when it holds nothing. */
  release(reference: string): Promise<void> {
    this.uow.requireActive('InventoryFacade.release');
    return this.holds.release(reference);
  }

  /** What customers may know, for many products in one query. A product without stock rows is `out`. */
  async availabilityOf(skus: string[]): Promise<Map<string, Availability>> {
    const lowUpTo = this.config.get('LOW_STOCK_THRESHOLD');
    const rows = await this.holds.findAvailable(skus);
    const known = new Map(rows.map(({ sku, available }) => [sku, available]));
    return new Map(skus.map((sku) => [sku, availabilityOf(known.get(sku) ?? 0, lowUpTo)]));
  }

  private announced({ heldAt, expiresAt, ranLow }: Held): HoldOutcome {
    for (const low of ranLow ?? []) this.outbox.add(stockRanLow(low));
    return { isHeld: true, heldAt, expiresAt };
  }

  private async shortagesAmong(lines: StockLine[]) {
    const rows = await this.holds.findAvailable(lines.map(({ sku }) => sku));
    const known = new Map(rows.map(({ sku, available }) => [sku, available]));
    return lines
      .map(({ sku, quantity }) => ({ sku, quantity, available: known.get(sku) ?? 0 }))
      .filter(({ quantity, available }) => available < quantity)
      .map(({ sku, available }) => ({ sku, available }));
  }
}
