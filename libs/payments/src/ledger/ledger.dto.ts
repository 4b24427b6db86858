import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { OptionalMoment, PageInfo, PageQuery } from '@platform/http';
import type { AccountType, LedgerAccount, LedgerEntry, PostingKind } from './ledger.types';

const ACCOUNT_CODE = /^[a-z][a-z_]*(:[a-z0-9_]+)?$/;
const ACCOUNT_CODE_LENGTH = 64;
const ACCOUNT_TYPES = ['asset', 'liability', 'income', 'expense'];
const POSTING_KINDS = [
  'capture',
  'gateway_fee',
  'refund',
  'refund_reversal',
  'sale',
  'credit_note',
  'credit_note_reversal',
];

/** An amount on one side of an account, in whole minor units. */
export class LedgerAmount {
  /** Minor units of the currency: a debit is positive, a credit negative */
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 2998,
    minimum: -Number.MAX_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  })
  amount: number;

  /**
   * ISO 4217
   * @example "USD"
   */
  currency: string;
}

/** An account of the ledger. Each currency has accounts of its own. */
export class LedgerAccountResponse {
  /** What the account is for */
  @ApiProperty({ maxLength: ACCOUNT_CODE_LENGTH, pattern: ACCOUNT_CODE.source, example: 'cash:sandbox' })
  code: string;

  /** Assets and expenses grow by debits, liabilities and income by credits */
  @ApiProperty({ enum: ACCOUNT_TYPES, example: 'asset' })
  type: AccountType;

  /** What its entries come to */
  balance: LedgerAmount;

  /** When it was opened */
  createdAt: Date;

  /** An account itself never changes, so this is when it was opened */
  updatedAt: Date;

  static from({ code, type, balanceMinor, currency, createdAt }: LedgerAccount): LedgerAccountResponse {
    return { code, type, balance: { amount: balanceMinor, currency }, createdAt, updatedAt: createdAt };
  }
}

/** One page of accounts. */
export class LedgerAccountPage {
  /** The accounts of this page, by code and currency */
  @ApiProperty({ type: [LedgerAccountResponse] })
  data: LedgerAccountResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}

/** Query of the entries */
export class ListEntriesQuery extends PageQuery {
  /** Only entries of this account, in all currencies */
  @ApiProperty({ maxLength: ACCOUNT_CODE_LENGTH, pattern: ACCOUNT_CODE.source, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(ACCOUNT_CODE_LENGTH)
  @Matches(ACCOUNT_CODE)
  account?: string;

  /** Only what was posted about this order */
  @ApiProperty({ format: 'uuid', required: false })
  @IsOptional()
  @IsUUID()
  reference?: string;

  /** Only entries posted at this moment or later */
  @OptionalMoment()
  from?: string;

  /** Only entries posted before this moment */
  @OptionalMoment()
  to?: string;
}

/** A line of a transaction; never changed. The entries of one `transactionId` come to zero in each currency. */
export class LedgerEntryResponse {
  /** The transaction that it is a part of */
  @ApiProperty({ format: 'uuid' })
  transactionId: string;

  /** Its place within the transaction, from 1 */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 32_767, example: 1 })
  position: number;

  /** What happened */
  @ApiProperty({ enum: POSTING_KINDS, example: 'capture' })
  kind: PostingKind;

  /**
   * What it happened to: a payment (`capture`, `gateway_fee`), a refund (`refund`, `credit_note`, and the reversals of both,
   * when its money came back) or an order (`sale`)
   */
  @ApiProperty({ format: 'uuid' })
  sourceId: string;

  /** The order that it is about */
  @ApiProperty({ format: 'uuid' })
  reference: string;

  /** The account, by its code */
  @ApiProperty({ maxLength: ACCOUNT_CODE_LENGTH, pattern: ACCOUNT_CODE.source, example: 'cash:sandbox' })
  account: string;

  /** How much */
  amount: LedgerAmount;

  /** When it was posted */
  createdAt: Date;

  /** An entry never changes, so this is when it was posted */
  updatedAt: Date;

  static from(entry: LedgerEntry): LedgerEntryResponse {
    const { transactionId, position, kind, refId, reference, account, amountMinor, currency, postedAt } = entry;
    return {
      transactionId,
      position,
      kind,
      sourceId: refId,
      reference,
      account,
      amount: { amount: amountMinor, currency },
      createdAt: postedAt,
      updatedAt: postedAt,
    };
  }
}

/** One page of entries. */
export class LedgerEntryPage {
  /** The entries of this page, newest first */
  @ApiProperty({ type: [LedgerEntryResponse] })
  data: LedgerEntryResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
