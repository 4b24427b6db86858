import { Injectable } from '@nestjs/common';
import { Backfills } from '@platform/messaging';
import { PaymentsRepository } from '../payments.repository';
import { RefundsRepository } from '../refunds.repository';
import { Ledger } from './ledger';

/**
 * Posts the payments and refunds of the time before the ledger. What is posted already stays as it is. What gateways kept
 * as their fee then was told to nobody, so there is none.
 */
@Injectable()
export class LedgerBackfill {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly refunds: RefundsRepository,
    private readonly ledger: Ledger,
    backfills: Backfills,
  ) {
    backfills.register({ name: 'payments.captures', batch: (after, limit) => this.postCaptures(after, limit) });
    backfills.register({ name: 'payments.refunds', batch: (after, limit) => this.postRefunds(after, limit) });
  }

  private async postCaptures(after: string, limit: number): Promise<string | null> {
    const payments = await this.payments.listAfter(after, limit);
    for (const payment of payments) if (payment.status === 'succeeded') this.ledger.queueCapture(payment);
    return payments.at(-1)?.id ?? null;
  }

  private async postRefunds(after: string, limit: number): Promise<string | null> {
    const refunds = await this.refunds.listAfter(after, limit);
    const payments = await this.payments.listByIds(refunds.map(({ paymentId }) => paymentId));
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    for (const refund of refunds) {
      const payment = byId.get(refund.paymentId);
      if (refund.status === 'succeeded' && payment) this.ledger.queueRefund(refund, payment);
    }
    return refunds.at(-1)?.id ?? null;
  }
}
