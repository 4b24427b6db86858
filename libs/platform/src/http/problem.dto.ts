import { STATUS_CODES } from 'node:http';
import { ApiProperty } from '@nestjs/swagger';

/** One wrong field of a request. */
export class ProblemFieldDto {
  /**
   * Path of the field
   * @example "items.0.quantity"
   */
  field: string;

  /**
   * What is wrong with it, stable
   * @example "min"
   */
  @ApiProperty({ pattern: '^[a-z][a-z0-9_]*$' })
  code: string;

  /** What is wrong with it, for a person */
  message: string;
}

/** Longer than any code is; test/architecture/openapi-lint.spec.ts holds all of them against it. */
const MAX_CODE = 64;
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
  @ApiProperty({ pattern: `^${URN}[a-z_]+$`, maxLength: URN.length + MAX_CODE })
  type: string;

  /** The HTTP status in words */
  @ApiProperty({ maxLength: Math.max(...TITLES) })
  title: string;

  /** The HTTP status */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 422 })
  status: number;

  /** What happened and what to do about it, for a person */
  @ApiProperty()
  detail: string;

  /** The path of the request */
  @ApiProperty({ format: 'uri-reference', maxLength: MAX_PATH })
  instance: string;

  /**
   * The kind of problem, for programs; never changes
   * @example "insufficient_stock"
   */
  @ApiProperty({ pattern: '^[a-z_]+$', maxLength: MAX_CODE })
  code: string;

  /** The id of this request, in our logs too: the client's own `X-Request-Id`, or one of ours */
  @ApiProperty({ pattern: '^[!-~]+$', maxLength: 128 })
  requestId: string;

  /** The wrong fields of a request that is not valid */
  @ApiProperty({ type: [ProblemFieldDto], maxItems: 100, required: false })
  errors?: ProblemFieldDto[];
}
