import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min, ValidateIf } from 'class-validator';
import { PageInfo, PageQuery } from '@platform/http';
import type { DifferenceKind, KeptDifference, Reconciliation, ReconciliationStatus } from './reconciliation.types';

/** Absent, or of its type: `null` is neither, though IsOptional would let it pass. */
const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

const PROVIDERS = ['sandbox', 'stripe'];
const STATUSES = ['requested', 'running', 'done', 'failed'];
const KINDS = ['charge_without_payment', 'payment_without_charge', 'amount_differs', 'refund_differs'];

/** What to compare. */
export class ReconcileRequest {
  /**
   * The payment gateway; that of new payments when absent
   * @example "sandbox"
   */
  @ApiProperty({ required: false, enum: PROVIDERS })
  @MayBeAbsent()
  @IsIn(PROVIDERS)
  provider?: string;

  /** How many days back; the setting RECONCILIATION_DAYS when absent */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 90, required: false, example: 7 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(90)
  days?: number;
}

/** A run that compares our payments with a gateway's own list of charges. */
export class ReconciliationResponse {
  /** The run's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * The payment gateway
   * @example "sandbox"
   */
  provider: string;

  /** `done` when everything was compared; `failed` when the gateway could not be asked for more than a day */
  @ApiProperty({ enum: STATUSES, example: 'done' })
  status: ReconciliationStatus;

  /** Beginning of the time that it covers */
  coversFrom: Date;

  /** End of the time that it covers; what has changed since then is left to the next run */
  coversTo: Date;

  /** Charges of the gateway that were compared */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 1200 })
  charges: number;

  /** Payments of ours that were compared */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 1200 })
  payments: number;

  /** Differences that were found */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 0 })
  differences: number;

  /** When it was asked for */
  createdAt: Date;

  /** When it last went on */
  updatedAt: Date;

  static from(run: Reconciliation): ReconciliationResponse {
    const { id, provider, status, coversFrom, coversTo, charges, payments, differences, createdAt, updatedAt } = run;
    return { id, provider, status, coversFrom, coversTo, charges, payments, differences, createdAt, updatedAt };
  }
}

/** A page of runs. */
export class ReconciliationPage {
  /** The runs of this page, newest first */
  @ApiProperty({ type: [ReconciliationResponse] })
  data: ReconciliationResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}

/** Which differences to list. */
export class DifferencesQuery extends PageQuery {
  /** Only those of this run */
  @ApiProperty({ format: 'uuid', required: false })
  @IsOptional()
  @IsUUID()
  reconciliationId?: string;
}

/** Something that our records and the gateway's do not agree about. */
export class DifferenceResponse {
  /** The difference's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The run that has found it */
  @ApiProperty({ format: 'uuid' })
  reconciliationId: string;

  /**
   * `charge_without_payment`: the gateway took or holds money that we don't count; `payment_without_charge`: we count
   * money that it does not have; `amount_differs`, `refund_differs`: both know of it, with different amounts
   */
  @ApiProperty({ enum: KINDS, example: 'refund_differs' })
  kind: DifferenceKind;

  /** Our payment; absent when there is none */
  @ApiProperty({ format: 'uuid', required: false })
  paymentId?: string;

  /**
   * The gateway's own id of the charge
   * @example "ch_0a1b2c"
   */
  @ApiProperty({ maxLength: 255, required: false })
  providerRef?: string;

  /**
   * ISO 4217
   * @example "USD"
   */
  currency: string;

  /** The amount by our records, in minor units */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 500 })
  ours: number;

  /** The amount by the gateway's, in minor units */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 0 })
  theirs: number;

  /** When it was found */
  createdAt: Date;

  static from(difference: KeptDifference): DifferenceResponse {
    const { id, reconciliationId, kind, paymentId, providerRef, currency, oursMinor, theirsMinor } = difference;
    return {
      ...{ id, reconciliationId, kind, currency, ours: oursMinor, theirs: theirsMinor },
      paymentId: paymentId ?? undefined,
      providerRef: providerRef ?? undefined,
      createdAt: difference.createdAt,
    };
  }
}

/** A page of differences. */
export class DifferencePage {
  /** The differences of this page, newest first */
  @ApiProperty({ type: [DifferenceResponse] })
  data: DifferenceResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
