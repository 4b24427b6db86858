import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { Audit } from '@platform/audit';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Outbox } from '@platform/messaging';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CHECKOUT } from './checkout-starter';
import { OrderEnding } from './order-ending';
import { orderConfirmed } from './orders.events';
import { OrdersRepository } from './orders.repository';
import type { Order } from './orders.types';

/** Makes a paid order certain: its stock firm, its status `confirmed`. */
@Injectable()
export class ConfirmStep implements SagaStep {
  readonly name = 'confirm';
  readonly timeoutMs = 10_000;
  readonly retry = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };

  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly ending: OrderEnding,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  async execute(run: SagaRun): Promise<StepOutcome> {
    await this.uow.run(async () => {
      const [order, firm] = await Promise.all([
        this.orders.findForUpdate(run.key, null),
        this.inventory.makeHoldsFirm(run.key),
      ]);
      if (order?.status === 'pending_payment') await this.confirmOrRefund(order, firm);
      else if (order?.status === 'cancelled' || order?.status === 'expired')
        await this.ending.refundWhatIsLeft(order.id);
      await run.advance();
    });
    return { kind: 'done' };
  }

  /** Money may arrive after the hold has expired: then the stock is held again, or else the money goes back. */
  private async confirmOrRefund(order: Order, firm: Array<{ sku: string }>): Promise<void> {
    const missing = order.lines.filter(({ sku }) => !firm.some((hold) => hold.sku === sku));
    if (missing.length > 0 && !(await this.holdAgain(order.id, missing))) {
      await this.ending.cancel(order.id, 'The stock was sold before the payment arrived');
      await this.ending.refundWhatIsLeft(order.id);
      return;
    }
    const isRefundNoted = order.paymentStatus === 'partially_refunded' || order.paymentStatus === 'refunded';
    const paymentStatus = isRefundNoted ? order.paymentStatus : 'paid';
    const change = { status: 'confirmed', paymentStatus, step: 'confirmed', actor: CHECKOUT.name } as const;
    await this.orders.change(order.id, { from: ['pending_payment'], ...change });
    this.outbox.add(orderConfirmed({ orderId: order.id }));
    this.audit.record({
      action: 'orders.confirmed',
      resource: 'order',
      resourceId: order.id,
      before: { status: order.status },
      after: { status: 'confirmed' },
    });
  }

  private async holdAgain(orderId: string, lines: Order['lines']): Promise<boolean> {
    const { isHeld } = await this.inventory.hold(orderId, lines, this.config.get('ORDER_EXPIRY'));
    if (isHeld) await this.inventory.makeHoldsFirm(orderId);
    return isHeld;
  }
}
