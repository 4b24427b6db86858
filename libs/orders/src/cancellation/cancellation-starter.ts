import { Injectable } from '@nestjs/common';
import { Sagas } from '@platform/saga';

/** The cancellation saga's name and first step, for those who start or wake it; its steps are the worker's. */
export const CANCELLATION = { name: 'cancellation', firstStep: 'close-payment' };

/** Sees to the money of an order that has ended: from here on it is the cancellation saga's, and nobody else's. */
@Injectable()
export class CancellationStarter {
  constructor(private readonly sagas: Sagas) {}

  /** Harmless when it was started before. In the current transaction, or on its own. */
  async giveMoneyBack(orderId: string): Promise<void> {
    await this.sagas.startOnce(CANCELLATION, orderId);
  }
}
