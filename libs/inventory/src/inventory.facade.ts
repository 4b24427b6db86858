import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { HoldsRepository, type HoldStatus, type Taken } from './holds.repository';
import { stockRanLow } from './inventory.events';
import type { Availability, HoldOutcome, StockLine } from './inventory.types';
import { MAIN_LOCATION_ID } from './location';
import { availabilityOf, inLockOrder, ranLow } from './stock.rules';
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
   * Holds stock for a reference (an order), all lines or none, in the caller's transaction. The usual case is one trip. On a
   * miss the rows are locked, expired holds on them are released, and the decision is made again: an expired hold refuses
   * nobody, and a refusal comes from locked rows only.
   * @param seconds how long the hold lasts unless it is made firm
   */
  hold(reference: string, lines: StockLine[], seconds: number): Promise<HoldOutcome> {
    this.uow.requireActive('InventoryFacade.hold');
    return this.holdAs('held', reference, lines, seconds);
  }

  /** Like `hold`, for an order that is paid already: what is held does not expire. @returns whether it could be held */
  async holdFirmly(reference: string, lines: StockLine[]): Promise<boolean> {
    this.uow.requireActive('InventoryFacade.holdFirmly');
    return (await this.holdAs('firm', reference, lines, 0)).isHeld; // nobody looks at when a firm hold expires
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

  private async holdAs(
    status: HoldStatus,
    reference: string,
    lines: StockLine[],
    seconds: number,
  ): Promise<HoldOutcome> {
    const sorted = inLockOrder(lines);
    let taken = await this.holds.take(sorted, MAIN_LOCATION_ID, seconds);
    if (taken.length < sorted.length) taken = await this.takeFromLocked(sorted, taken, seconds);
    const [first] = taken;
    if (taken.length < sorted.length || !first) return this.refuse(sorted, taken);
    const { heldAt, expiresAt } = first;
    this.holds.queueInsert(reference, status, MAIN_LOCATION_ID, expiresAt, sorted);
    const lowUpTo = this.config.get('LOW_STOCK_THRESHOLD');
    for (const { sku, available } of ranLow(taken, lowUpTo)) this.outbox.add(stockRanLow({ sku, available }));
    return { isHeld: true, heldAt, expiresAt };
  }

  /** In one trip, in this order. @param before what the first try has taken */
  private async takeFromLocked(lines: StockLine[], before: Taken[], seconds: number): Promise<Taken[]> {
    const skus = lines.map(({ sku }) => sku);
    const [, , taken] = await Promise.all([
      this.holds.giveBack(before, MAIN_LOCATION_ID),
      this.holds.expireHolds(skus),
      this.holds.take(lines, MAIN_LOCATION_ID, seconds),
    ]);
    return taken;
  }

  private async refuse(lines: StockLine[], taken: Taken[]): Promise<HoldOutcome> {
    const given = this.holds.giveBack(taken, MAIN_LOCATION_ID);
    const [shortages] = await Promise.all([this.shortagesAmong(lines), given]);
    return { isHeld: false, shortages };
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
