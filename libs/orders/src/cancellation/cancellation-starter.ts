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

  /** Money that had gone back has come back: the saga goes on where it had ended. In the current transaction. */
  async lookAgain(orderId: string): Promise<void> {
    if (await this.sagas.reopen(CANCELLATION.name, orderId)) return;
    const isNew = await this.sagas.startOnce(CANCELLATION, orderId);
    if (!isNew) await this.sagas.wake(CANCELLATION.name, orderId);
  }
}
