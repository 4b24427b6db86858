import { Injectable } from '@nestjs/common';
import { LedgerFacade, PaymentsFacade, refundReversed } from '@app/payments';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { Log } from '@platform/observability';
import { CancellationStarter } from './cancellation/cancellation-starter';
import { ANY_STATUS, hasEnded } from './order.rules';
import { OrdersRepository } from './orders.repository';
import { refundStateOf } from './refund-notes.rules';

interface Reversed {
  refundId: string;
  paymentId: string;
  reference: string;
  failureCode: string;
}

/**
 * Money that had gone back has come back: the order shows so, revenue and tax are earned again, and somebody has to see to
 * it. The money of an order that has ended is the cancellation's again, which stops there for a person.
 */
@Injectable()
export class NoteReversalWhenRefundReversed implements Listener<Reversed> {
  readonly name = 'note-reversal-when-refund-reversed';
  readonly mode = 'inTransaction';
  readonly events = [refundReversed];

  constructor(
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsFacade,
    private readonly ledger: LedgerFacade,
    private readonly cancellation: CancellationStarter,
    private readonly log: Log,
  ) {}

  async handle({ payload }: DeliveredEvent<Reversed>): Promise<void> {
    const { refundId, paymentId, reference, failureCode } = payload;
    const order = await this.orders.findForUpdate(reference, null); // locked first: who reads later has read more
    const payment = (await this.payments.listFor(reference)).find(({ id }) => id === paymentId);
    if (!order || !payment) return;
    await this.ledger.reverseCreditNotes(reference);
    const { paymentStatus, detail } = refundStateOf(payment);
    const change = { from: ANY_STATUS, paymentStatus, step: 'refund_reversed', actor: 'payments' } as const;
    await this.orders.change(reference, { ...change, detail: `${failureCode}; ${detail}` });
    if (hasEnded(order.status)) await this.cancellation.lookAgain(reference);
    this.log.error('orders.refund_reversed', { orderId: reference, refundId, failureCode });
  }
}
