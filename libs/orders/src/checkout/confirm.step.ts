import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { PaymentsFacade } from '@app/payments';
import { UnitOfWork } from '@platform/database';
import type { SagaRun, SagaStep, StepOutcome } from '@platform/saga';
import { CancellationStarter } from '../cancellation/cancellation-starter';
import { CHECKOUT } from './checkout-starter';
import { OrderCancellation } from '../cancellation/order-cancellation';
import { OrderConfirmation } from './order-confirmation';
import { livePaymentOf } from '../order-payments.rules';
import { hasEnded } from '../order.rules';
import { OrdersRepository } from '../orders.repository';
import type { Order } from '../orders.types';

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
    private readonly payments: PaymentsFacade,
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
        const refusal = await this.confirm(run, order, firm);
        if (refusal) await this.cancellation.cancel(order, CHECKOUT.name, refusal);
      } else if (order && hasEnded(order.status)) await this.starter.giveMoneyBack(order.id);
      await run.advance();
    });
    return { kind: 'done' };
  }

  /** @returns why the order can't be confirmed, if it can't */
  private async confirm(run: SagaRun, order: Order, firm: Array<{ sku: string }>): Promise<string | undefined> {
    if (!run.isJoined && order.totalMinor > 0 && !(await this.isCovered(order)))
      return 'The payment was voided before the order was certain';
    const isConfirmed = await this.confirmation.confirm(order, firm, CHECKOUT.name);
    return isConfirmed ? undefined : 'The stock was sold before the payment arrived';
  }

  /** Money that was taken stays until we give it back; what was only set aside may have been let go since. */
  private async isCovered({ id }: Order): Promise<boolean> {
    const payment = livePaymentOf(await this.payments.listFor(id));
    return payment?.status === 'succeeded' || (payment?.status === 'authorized' && payment.wanted !== 'void');
  }
}
