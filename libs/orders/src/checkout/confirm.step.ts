import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { UnitOfWork } from '@platform/database';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CancellationStarter } from '../cancellation/cancellation-starter';
import { CHECKOUT } from './checkout-starter';
import { OrderCancellation } from '../cancellation/order-cancellation';
import { OrderConfirmation } from './order-confirmation';
import { hasEnded } from '../order.rules';
import { OrdersRepository } from '../orders.repository';

/** Confirms a paid order, or gives the money back when the order has ended or its stock was sold meanwhile. */
@Injectable()
export class ConfirmStep implements SagaStep {
  readonly name = 'confirm';
  readonly timeoutMs = 10_000;
  readonly retry = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };

  constructor(
    private readonly uow: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryFacade,
    private readonly confirmation: OrderConfirmation,
    private readonly cancellation: OrderCancellation,
    private readonly starter: CancellationStarter,
  ) {}

  async execute(run: SagaRun): Promise<StepOutcome> {
    await this.uow.run(async () => {
      const [order, firm] = await Promise.all([
        this.orders.findForUpdate(run.key, null),
        this.inventory.makeHoldsFirm(run.key),
      ]);
      if (order?.status === 'pending_payment') {
        const isConfirmed = await this.confirmation.confirm(order, firm, CHECKOUT.name);
        if (!isConfirmed)
          await this.cancellation.cancel(order, CHECKOUT.name, 'The stock was sold before the payment arrived');
      } else if (order && hasEnded(order.status)) await this.starter.giveMoneyBack(order.id);
      await run.advance();
    });
    return { kind: 'done' };
  }
}
