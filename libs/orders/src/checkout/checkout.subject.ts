import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { PaymentsFacade } from '@app/payments';
import { Audit } from '@platform/audit';
import { sagaOutcomeImpossible, type Resolution, type SagaSubject } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { OrderCancellation } from '../cancellation/order-cancellation';
import { OrderConfirmation } from './order-confirmation';
import { livePaymentOf } from '../order-payments.rules';
import { ANY_STATUS } from '../order.rules';
import { OrdersRepository } from '../orders.repository';
import type { Order } from '../orders.types';

/** An order shows that its checkout needs a person, and becomes what that person decides. */
@Injectable()
export class CheckoutSubject implements SagaSubject {
  readonly saga = CHECKOUT.name;

  constructor(
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly payments: PaymentsFacade,
    private readonly confirmation: OrderConfirmation,
    private readonly cancellation: OrderCancellation,
    private readonly audit: Audit,
  ) {}

  async parked(orderId: string, reason: string): Promise<void> {
    const note = { step: 'needs_attention', actor: CHECKOUT.name, detail: reason };
    const isOpen = { from: ['pending_payment', 'confirmed'], status: 'needs_attention' } as const;
    const isShown = await this.orders.change(orderId, { ...isOpen, ...note });
    if (isShown) this.audit.record({ action: 'orders.needs_attention', resource: 'order', resourceId: orderId });
    else await this.orders.change(orderId, { from: ANY_STATUS, ...note });
  }

  async retried(orderId: string, by: string): Promise<void> {
    await this.orders.change(orderId, { from: ANY_STATUS, step: 'retried', actor: by, detail: CHECKOUT.name });
  }

  async resolved(orderId: string, resolution: Resolution): Promise<void> {
    const { outcome, note, by } = resolution;
    const order = await this.orders.findForUpdate(orderId, null);
    if (order?.status !== 'needs_attention') {
      await this.orders.change(orderId, { from: ANY_STATUS, step: 'resolved', actor: by, detail: note });
    } else if (outcome === 'undone') await this.cancellation.cancel(order, by, note);
    else await this.confirm(order, resolution);
  }

  private async confirm(order: Order, { note, by }: Resolution): Promise<void> {
    const isPaid = livePaymentOf(await this.payments.listFor(order.id))?.status === 'succeeded';
    if (!isPaid && order.totalMinor > 0) throw sagaOutcomeImpossible('The order is not paid.');
    const firm = await this.inventory.makeHoldsFirm(order.id);
    const isConfirmed = await this.confirmation.confirm(order, firm, by, note);
    if (!isConfirmed) throw sagaOutcomeImpossible('The stock of the order was sold meanwhile.');
  }
}
