import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { PaymentsFacade } from '@app/payments';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import { CancellationStarter } from './cancellation-starter';
import { PaymentFailures } from '../checkout/payment-failures';
import { livePaymentOf } from '../order-payments.rules';
import { orderCancelled } from '../orders.events';
import { OrdersRepository } from '../orders.repository';
import type { Order } from '../orders.types';

/** Cancels an order, whoever wants it: a person, a checkout that failed, or who finds the stock gone. */
@Injectable()
export class OrderCancellation {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly payments: PaymentsFacade,
    private readonly starter: CancellationStarter,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly failures: PaymentFailures,
  ) {}

  /**
   * In the caller's transaction, which holds the order's lock: its stock is free, and when money was paid or is on its way,
   * the saga that gives it back is started. Afterwards no payment of the order can begin.
   * @param actor a user's id, or the part of the system that decided it
   */
  async cancel(order: Pick<Order, 'id' | 'status' | 'paymentStatus'>, actor: string, reason: string | null) {
    this.uow.requireActive('OrderCancellation.cancel');
    const { id: orderId, status } = order;
    await this.failures.noteUntold(order);
    const change = { status: 'cancelled', step: 'cancelled', actor, detail: reason ?? undefined } as const;
    const [payments] = await Promise.all([
      this.payments.listFor(orderId),
      this.inventory.release(orderId),
      this.orders.change(orderId, { from: [status], ...change }),
    ]);
    if (livePaymentOf(payments)) await this.starter.giveMoneyBack(orderId);
    this.outbox.add(orderCancelled({ orderId, reason }));
    this.audit.record({
      action: 'orders.cancelled',
      resource: 'order',
      resourceId: orderId,
      before: { status },
      after: { status: 'cancelled' }, // the reason may be personal; it is in the timeline
    });
  }
}
