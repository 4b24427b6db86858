import type { Amount } from '../payments.types';

/** What an account is, which says on which side it grows: assets and expenses by debits, the others by credits. */
export type AccountType = 'asset' | 'liability' | 'income' | 'expense';

/** What is posted: one kind for each thing that happens to money. */
export type PostingKind =
  'capture' | 'gateway_fee' | 'refund' | 'refund_reversal' | 'sale' | 'credit_note' | 'credit_note_reversal';

/** A line of a posting: a debit is positive, a credit negative. */
export interface PostingLine extends Amount {
  account: string;
}

/** Something that happened to money, to be written down once. Its lines come to zero. */
export interface Posting {
  kind: PostingKind;
  /** What happened: a payment, a refund, or what was sold. One posting of a kind for each. */
  refId: string;
  /** What was paid for: an order's id. */
  reference: string;
  lines: PostingLine[];
}

/** What was sold, and how its price is made up. All amounts are minor units of `currency`. */
export interface Sale {
  /** An order's id. */
  reference: string;
  currency: string;
  /** Goods, after discounts, without tax. */
  netMinor: number;
  taxMinor: number;
  shippingMinor: number;
}

/** An account with what its entries come to: positive when its debits are more. */
export interface LedgerAccount {
  code: string;
  currency: string;
  type: AccountType;
  balanceMinor: number;
  createdAt: Date;
}

/** An entry as it was posted. */
export interface LedgerEntry extends PostingLine {
  transactionId: string;
  position: number;
  kind: PostingKind;
  refId: string;
  reference: string;
  postedAt: Date;
}

/** What a list of entries is narrowed to; null means everything. */
export interface EntryFilter {
  account: string | null;
  reference: string | null;
  from: Date | null;
  to: Date | null;
}
