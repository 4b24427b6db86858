import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText, PageInfo, PageQuery } from '@platform/http';
import type { ParkedSaga, SagaOutcome, SagaStatus } from '@platform/saga';

const STATUSES = ['running', 'compensating', 'done', 'undone', 'needs_attention'] as const;
const OUTCOMES = ['done', 'undone'] as const;

/** The words of a program may be as long as it likes. */
const MAX_REASON_LENGTH = 2_000;

/** Query of the list of sagas */
export class ListSagasQuery extends PageQuery {
  /** Only sagas that stand so now; `needs_attention` are those that wait for a person */
  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES)
  status?: SagaStatus;
}

/** How a person has ended a saga by hand. */
export class ResolveSagaRequest {
  /** `done`: what the saga was to do is done after all. `undone`: it is not to be, and all of it is undone */
  @ApiProperty({ enum: OUTCOMES, example: 'undone' })
  @IsIn(OUTCOMES)
  outcome: SagaOutcome;

  /**
   * What was found and what was done about it: for the audit trail and the timeline
   * @example "The gateway had refunded the charge by hand; see ticket 4711"
   */
  @IsText({ max: 1_000, multiline: true })
  note: string;
}

/** A process of several steps that needs a person, or has needed one. */
export class SagaResponse {
  /** Given when it needed a person for the first time */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * Which process it is
   * @example "cancellation"
   */
  @ApiProperty({ maxLength: 63 })
  name: string;

  /** What it is about: the id of an order, for example */
  @ApiProperty({ format: 'uuid' })
  key: string;

  /**
   * The step at which it stands
   * @example "refund-payment"
   */
  @ApiProperty({ maxLength: 63 })
  step: string;

  /** Where it stands now */
  @ApiProperty({ enum: STATUSES, example: 'needs_attention' })
  status: SagaStatus;

  /** Why it could not go on, in the program's own words */
  @ApiProperty({ type: 'string', maxLength: MAX_REASON_LENGTH, nullable: true })
  reason: string | null;

  /** When it was started */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from({ id, name, key, step, status, lastError, createdAt, updatedAt }: ParkedSaga): SagaResponse {
    return {
      id,
      name,
      key,
      step,
      status,
      reason: lastError?.slice(0, MAX_REASON_LENGTH) ?? null,
      createdAt,
      updatedAt,
    };
  }
}

/** One page of sagas. */
export class SagaPage {
  /** The sagas of this page, the one that was parked last comes first */
  @ApiProperty({ type: [SagaResponse] })
  data: SagaResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
