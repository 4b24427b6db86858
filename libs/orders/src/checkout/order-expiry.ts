import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { PaymentsFacade } from '@app/payments';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { CHECKOUT } from './checkout-starter';
import { livePaymentOf } from '../order-payments.rules';
import { orderExpired } from '../orders.events';
import { OrdersRepository } from '../orders.repository';

/** Ends orders that were not paid in time. */
@Injectable()
export class OrderExpiry {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly payments: PaymentsFacade,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** @returns false when the order is no longer waiting, or a payment has begun meanwhile */
  expire(orderId: string): Promise<boolean> {
    return this.uow.run(async () => {
      const order = await this.orders.findForUpdate(orderId, null); // nobody can begin a payment while we look
      if (order?.status !== 'pending_payment' || !order.isExpired) return false;
      if (livePaymentOf(await this.payments.listFor(orderId))) return false;
      const change = { status: 'expired', step: 'expired', actor: CHECKOUT.name } as const;
      await Promise.all([
        this.inventory.release(orderId),
        this.orders.change(orderId, { from: ['pending_payment'], ...change }),
      ]);
      this.outbox.add(orderExpired({ orderId }));
      this.audit.record({
        action: 'orders.expired',
        resource: 'order',
        resourceId: orderId,
        before: { status: order.status },
        after: { status: 'expired' },
      });
      return true;
    });
  }
}
