import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { Amount, Payment, Refund } from '../payments.types';
import { LedgerRepository } from './ledger.repository';
import { capture, gatewayFee, refund, refundReversal, type FeePayer } from './ledger.rules';
import type { Posting } from './ledger.types';

/**
 * Posts to the double-entry ledger, in the transaction of what is posted. All postings of a transaction leave with COMMIT
 * as one statement. What was posted before is not posted again, so each may be called twice.
 */
@Injectable()
export class Ledger {
  /** Accounts that are known to be open. The first posting to an account opens it. */
  private readonly open = new Set<string>();

  constructor(
    private readonly uow: UnitOfWork,
    private readonly entries: LedgerRepository,
  ) {}

  /** The money of a payment is at the gateway. @param fee what the gateway keeps of it, if it tells already */
  queueCapture(payment: Payment, fee?: Amount): void {
    this.queue(capture(payment));
    if (fee) this.queueFee(payment, fee);
  }

  /** The gateway has told what it keeps of a payment. */
  queueFee(payment: FeePayer, fee: Amount): void {
    this.queue(gatewayFee(payment, fee));
  }

  /** Money has gone back, because somebody asked for it or by itself. */
  queueRefund(refunded: Refund, payment: Payment): void {
    this.queue(refund(refunded, payment));
  }

  /** Money that had gone back has come back. */
  queueRefundReversal(returned: Refund, payment: Payment): void {
    this.queue(refundReversal(returned, payment));
  }

  /** Anything else; nothing when it has no lines. */
  queue(posting: Posting): void {
    if (posting.lines.length === 0) return;
    const accounts = posting.lines.map(({ account, currency }) => `${account} ${currency}`);
    const mustOpen = accounts.some((account) => !this.open.has(account));
    this.entries.queuePosting(posting, mustOpen);
    if (mustOpen) this.uow.afterCommit(() => accounts.forEach((account) => this.open.add(account)));
  }
}
