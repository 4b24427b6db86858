import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { LedgerFacade } from '@app/payments';
import { Audit } from '@platform/audit';
import { Outbox } from '@platform/messaging';
import { saleOf } from '../order-payments.rules';
import { orderConfirmed } from '../orders.events';
import { OrdersRepository } from '../orders.repository';
import type { Order } from '../orders.types';

/** What is known of the money already: set aside only, or on its way back. */
const STAYS = new Set<Order['paymentStatus']>(['authorized', 'partially_refunded', 'refunded']);

/** Makes a paid order certain: its stock firm, its status `confirmed`, its price revenue in the ledger. */
@Injectable()
export class OrderConfirmation {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly ledger: LedgerFacade,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /**
   * In the caller's transaction, which holds the lock of a paid order. Money may arrive after the hold has expired: then
   * the stock is held again.
   * @param firm what the order holds firmly already
   * @returns false when the stock was sold meanwhile; then nothing more is held than before
   */
  async confirm(order: Order, firm: Array<{ sku: string }>, actor: string, detail?: string): Promise<boolean> {
    const missing = order.lines.filter(({ sku }) => !firm.some((hold) => hold.sku === sku));
    if (missing.length > 0 && !(await this.inventory.holdFirmly(order.id, missing))) return false;
    const paymentStatus = STAYS.has(order.paymentStatus) ? order.paymentStatus : 'paid';
    const change = { status: 'confirmed', paymentStatus, step: 'confirmed', actor, detail } as const;
    this.orders.queueChange(order.id, { from: [order.status], ...change });
    if (paymentStatus !== 'authorized') this.ledger.queueSale(saleOf(order)); // else once its money is taken
    if (paymentStatus !== 'authorized' && paymentStatus !== 'paid')
      await this.ledger.creditRefunds(saleOf(order), true);
    this.outbox.add(orderConfirmed({ orderId: order.id }));
    this.audit.record({
      action: 'orders.confirmed',
      resource: 'order',
      resourceId: order.id,
      before: { status: order.status },
      after: { status: 'confirmed' },
    });
    return true;
  }
}
