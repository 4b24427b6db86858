import { type Charge, metadataText, type Money, newId, type Refund } from './charge';
import { type ChargeBook } from './charge-book';
import { alreadyCharged, chargeNotFound, currencyMismatch, keyReused } from './errors';
import { notCapturable, notRefundable, refundExceedsCharge } from './errors';
import { type Store } from './store';

/** The void of a key. `charge` is null when no charge ever came with the key. */
export interface Voided {
  readonly status: 'voided' | 'failed';
  readonly charge: Charge | null;
}

/** What a caller asks to be given back. */
export interface RefundOrder {
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What may become of a charge later: void, capture, refund. Each is one SQLite transaction, its event included. */
export class ChargeChanges {
  constructor(
    private readonly store: Store,
    private readonly book: ChargeBook,
  ) {}

  /** Closes an idempotency key for good; only money already taken stands in the way. */
  voidKey(key: string): Voided {
    return this.store.transaction((): Voided => {
      const charge = this.store.charges.findByKey(key);
      if (!charge) {
        this.store.charges.closeKey(key);
        return { status: 'voided', charge: null };
      }
      if (charge.status === 'succeeded') throw alreadyCharged(charge);
      if (charge.status === 'failed' || charge.status === 'voided') return { status: charge.status, charge };
      return { status: 'voided', charge: this.book.decided({ ...charge, status: 'voided' }) };
    });
  }

  /** Takes the money of an authorized charge; a second call answers the same. */
  capture(id: string): Charge {
    return this.store.transaction(() => {
      const charge = this.get(id);
      if (charge.status === 'succeeded') return charge;
      if (charge.status !== 'authorized') throw notCapturable(charge);
      return this.book.decided({ ...charge, status: 'succeeded' });
    });
  }

  /**
   * Gives back a part of a charge, once per key. Keys of refunds and of charges don't meet. A refused refund leaves
   * nothing behind, so its key may be tried again.
   */
  refund(chargeId: string, key: string, order: RefundOrder): { refund: Refund; replayed: boolean } {
    return this.store.transaction(() => {
      const known = this.store.refunds.findByKey(key);
      if (known && !isSameRefund(known, chargeId, order)) throw keyReused();
      if (known) return { refund: known, replayed: true };
      const charge = this.get(chargeId);
      if (charge.status !== 'succeeded') throw notRefundable(charge);
      if (charge.amount.currency !== order.amount.currency) throw currencyMismatch(charge);
      if (charge.amount.amount - charge.refunded < order.amount.amount) throw refundExceedsCharge(charge);
      const refund = { seq: 0, id: newId('re'), chargeId, idempotencyKey: key, ...order, createdAt: Date.now() };
      this.book.refunded({ ...charge, refunded: charge.refunded + order.amount.amount }, refund);
      return { refund, replayed: false };
    });
  }

  private get(id: string): Charge {
    const charge = this.store.charges.findById(id);
    if (!charge) throw chargeNotFound(id);
    return charge;
  }
}

const isSameRefund = (known: Refund, chargeId: string, order: RefundOrder): boolean =>
  known.chargeId === chargeId &&
  known.amount.amount === order.amount.amount &&
  known.amount.currency === order.amount.currency &&
  metadataText(known.metadata) === metadataText(order.metadata);
