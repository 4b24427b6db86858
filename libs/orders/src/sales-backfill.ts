import { Injectable } from '@nestjs/common';
import { LedgerFacade } from '@app/payments';
import { Backfills } from '@platform/messaging';
import { saleOf } from './order-payments.rules';
import { OrdersRepository } from './orders.repository';

/** Posts the sales of the time before the ledger, and credits what was given back of them. */
@Injectable()
export class SalesBackfill {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly ledger: LedgerFacade,
    backfills: Backfills,
  ) {
    backfills.register({ name: 'orders.sales', batch: (after, limit) => this.postSales(after, limit) });
  }

  /** Locks only orders of which something is missing: the others may be at work. */
  private async postSales(after: string, limit: number): Promise<string | null> {
    const orders = await this.orders.listWhetherSold(after, limit);
    const sold = orders.filter(({ wasSold }) => wasSold).map(({ id }) => id);
    const unposted = await this.orders.listForUpdate(await this.ledger.listUnposted(sold));
    for (const order of unposted) this.ledger.queueSale(saleOf(order));
    await Promise.all(unposted.map((order) => this.ledger.creditRefunds(saleOf(order), true)));
    return orders.at(-1)?.id ?? null;
  }
}
