import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Config } from '@platform/config';
import { decodeCursor, toPage, UnitOfWork, violates, type Page } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { insufficientStock, stockTooLarge, unknownLocation } from './inventory.errors';
import { stockAdjusted, stockRanLow } from './inventory.events';
import { MAIN_LOCATION_ID } from './location';
import { StockRepository, type Movement, type StockLevel } from './stock.repository';

/** A correction of what is on hand, made by a person. */
export interface Adjustment {
  delta: number;
  reason: 'restock' | 'correction' | 'damage' | 'return';
  note?: string;
  locationId?: string;
}

/** Stock as the warehouse sees it. */
@Injectable()
export class InventoryService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @returns the product's levels, one per location */
  async get(sku: string): Promise<StockLevel[]> {
    const levels = await this.stock.listLevels(sku);
    if (levels.length === 0) throw notFound('product');
    return levels;
  }

  /** Everything by sku, or only what runs low. */
  async list(onlyLow: boolean, limit: number, cursor?: string): Promise<Page<StockLevel>> {
    const afterSku = cursor === undefined ? '' : String(decodeCursor(cursor, ['string'])[0]);
    const upToAvailable = onlyLow ? this.config.get('LOW_STOCK_THRESHOLD') : null;
    return toPage(await this.stock.listAll(upToAvailable, afterSku, limit + 1), limit, ({ sku }) => [sku]);
  }

  async listMovements(sku: string, limit: number, cursor?: string): Promise<Page<Movement>> {
    const before = cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
    const [movements] = await Promise.all([this.stock.listMovements(sku, before, limit + 1), this.get(sku)]);
    return toPage(movements, limit, ({ id }) => [id]);
  }

  /** Changes what is on hand, never below what is reserved. */
  adjust(actorId: string, sku: string, adjustment: Adjustment): Promise<Movement> {
    return this.uow.run(async () => {
      const locationId = adjustment.locationId ?? MAIN_LOCATION_ID;
      const change = { ...adjustment, sku, locationId, actor: actorId };
      const level = await this.add(change);
      const movement = await this.stock.insertMovement(change);
      this.announce(level, change);
      return movement;
    });
  }

  private async add(change: Adjustment & { sku: string; locationId: string; actor: string }): Promise<StockLevel> {
    try {
      const level = await this.stock.add(change);
      return level ?? (await this.explainRefusal(change.sku, change.locationId));
    } catch (error) {
      if (violates(error, 'stock_levels_exact')) throw stockTooLarge();
      throw error;
    }
  }

  private async explainRefusal(sku: string, locationId: string): Promise<never> {
    const levels = await this.get(sku);
    const level = levels.find((candidate) => candidate.locationId === locationId);
    if (level) throw insufficientStock(level.onHand - level.reserved);
    throw unknownLocation();
  }

  private announce(level: StockLevel, change: Adjustment): void {
    const { sku } = level;
    const { delta, reason } = change;
    this.outbox.add(stockAdjusted({ sku, delta, reason }));
    const available = level.onHand - level.reserved;
    const lowUpTo = this.config.get('LOW_STOCK_THRESHOLD');
    if (available <= lowUpTo && available - delta > lowUpTo) this.outbox.add(stockRanLow({ sku, available }));
    this.audit.record({
      action: 'inventory.stock_adjusted',
      resource: 'stock',
      resourceId: sku,
      before: { onHand: level.onHand - delta },
      after: { onHand: level.onHand, reason },
    });
  }
}
