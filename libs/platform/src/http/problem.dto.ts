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
  code: string;

  /** What is wrong with it, for a person */
  message: string;
}

/** An error, after RFC 9457 (application/problem+json). */
export class ProblemDto {
  /**
   * Identifies the kind of problem
   * @example "urn:countinghouse:problem:insufficient_stock"
   */
  type: string;

  /** The HTTP status in words */
  title: string;

  /** The HTTP status */
  @ApiProperty({ type: 'integer', example: 422 })
  status: number;

  /** What happened and what to do about it, for a person */
  detail: string;

  /** The path of the request */
  instance: string;

  /**
   * The kind of problem, for programs; never changes
   * @example "insufficient_stock"
   */
  code: string;

  /** The id of this request, in our logs too */
  requestId: string;

  /** The wrong fields of a request that is not valid */
  errors?: ProblemFieldDto[];
}
