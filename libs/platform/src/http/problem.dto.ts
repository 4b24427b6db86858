import { STATUS_CODES } from 'node:http';
import { ApiProperty } from '@nestjs/swagger';

/** How long the texts of a problem are at the most, in UTF-16 code units: what a client sent may stand in them. */
export const PROBLEM_LIMITS = { code: 64, detail: 500, field: 200, message: 500 };

/** One wrong field of a request. */
export class ProblemFieldDto {
  /**
   * Path of the field
   * @example "items.0.quantity"
   */
  @ApiProperty({ maxLength: PROBLEM_LIMITS.field })
  field: string;

  /**
   * What is wrong with it, stable
   * @example "min"
   */
  @ApiProperty({ pattern: '^[a-z][a-z0-9_]*$', maxLength: PROBLEM_LIMITS.code })
  code: string;

  /** What is wrong with it, for a person */
  @ApiProperty({ maxLength: PROBLEM_LIMITS.message })
  message: string;
}

const URN = 'urn:countinghouse:problem:';
const TITLES = Object.values(STATUS_CODES).map((title = '') => title.length);
/** Node reads no more than this of a request before its body, so no path is longer. */
const MAX_PATH = 16_384;

/** An error, after RFC 9457 (application/problem+json). */
export class ProblemDto {
  /**
   * Identifies the kind of problem
   * @example "urn:countinghouse:problem:insufficient_stock"
   */
  @ApiProperty({ pattern: `^${URN}[a-z_]+$`, maxLength: URN.length + PROBLEM_LIMITS.code })
  type: string;

  /** The HTTP status in words */
  @ApiProperty({ maxLength: Math.max(...TITLES) })
  title: string;

  /** The HTTP status */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 422 })
  status: number;

  /** What happened and what to do about it, for a person */
  @ApiProperty({ maxLength: PROBLEM_LIMITS.detail })
  detail: string;

  /** The path of the request */
  @ApiProperty({ format: 'uri-reference', maxLength: MAX_PATH })
  instance: string;

  /**
   * The kind of problem, for programs; never changes
   * @example "insufficient_stock"
   */
  @ApiProperty({ pattern: '^[a-z_]+$', maxLength: PROBLEM_LIMITS.code })
  code: string;

  /** The id of this request, in our logs too: the client's own `X-Request-Id`, or one of ours */
  @ApiProperty({ pattern: '^[!-~]+$', maxLength: 128 })
  requestId: string;

  /** The wrong fields of a request that is not valid */
  @ApiProperty({ type: [ProblemFieldDto], maxItems: 100, required: false })
  errors?: ProblemFieldDto[];
}
