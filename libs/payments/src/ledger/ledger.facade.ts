import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Ledger } from './ledger';
import { LedgerRepository } from './ledger.repository';
import { creditNoteReversal, creditNotes, sale } from './ledger.rules';
import type { Sale } from './ledger.types';

/** What modules that sell post to the ledger. Payments post their money by themselves. */
@Injectable()
export class LedgerFacade {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly ledger: Ledger,
    private readonly entries: LedgerRepository,
  ) {}

  /** What was paid for is certain from now on, in the caller's transaction; leaves with COMMIT. Once for a reference. */
  queueSale(sold: Sale): void {
    this.ledger.queue(sale(sold));
  }

  /** Of these, which should have been sold, the references with no sale yet, or with a refund that has no credit note. */
  listUnposted(references: string[]): Promise<string[]> {
    return this.entries.listUnposted(references);
  }

  /**
   * Takes back the revenue and tax of a sale for whatever has been refunded of it and is not credited yet, in the
   * caller's transaction, which must keep others from doing the same: hold the lock of what was sold. Nothing happens
   * when nothing was sold.
   * @param isSoldNow the sale is posted in this same transaction
   */
  async creditRefunds(sold: Sale, isSoldNow = false): Promise<void> {
    this.uow.requireActive('LedgerFacade.creditRefunds');
    const [hasSale, refunds] = await Promise.all([
      isSoldNow || this.entries.hasSale(sold.reference),
      this.entries.listCreditable(sold.reference),
    ]);
    if (hasSale) for (const note of creditNotes(sold, refunds)) this.ledger.queue(note);
  }

  /**
   * Reverses the credit notes of refunds that have come back, in the caller's transaction, which holds the lock of what
   * was sold. What was not credited yet won't be, as such a refund counts no more.
   */
  async reverseCreditNotes(reference: string): Promise<void> {
    this.uow.requireActive('LedgerFacade.reverseCreditNotes');
    for (const note of await this.entries.listNotesToReverse(reference)) this.ledger.queue(creditNoteReversal(note));
  }
}
