import { Injectable } from '@nestjs/common';
import { sagaOutcomeImpossible, type Resolution, type SagaSubject } from '@platform/saga';
import { CANCELLATION } from './cancellation-starter';
import { ANY_STATUS } from '../order.rules';
import { OrdersRepository, type OrderChange } from '../orders.repository';

/** A cancelled order stays what it is; its timeline shows that its money needs a person, and what that person did. */
@Injectable()
export class CancellationSubject implements SagaSubject {
  readonly saga = CANCELLATION.name;

  constructor(private readonly orders: OrdersRepository) {}

  parked(orderId: string, reason: string): Promise<void> {
    return this.note(orderId, { step: 'needs_attention', actor: CANCELLATION.name, detail: reason });
  }

  retried(orderId: string, by: string): Promise<void> {
    return this.note(orderId, { step: 'retried', actor: by, detail: CANCELLATION.name });
  }

  async resolved(orderId: string, { outcome, note, by }: Resolution): Promise<void> {
    if (outcome === 'undone') throw sagaOutcomeImpossible('An order that has ended stays so.');
    await this.note(orderId, { step: 'resolved', actor: by, detail: note });
  }

  private async note(orderId: string, note: Pick<OrderChange, 'step' | 'actor' | 'detail'>): Promise<void> {
    await this.orders.change(orderId, { from: ANY_STATUS, ...note });
  }
}
