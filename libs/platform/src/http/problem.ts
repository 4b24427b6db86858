import { HttpException } from '@nestjs/common';
import { AppError, unavailable, type ErrorKind, type FieldError } from '@platform/errors';
import { isDatabaseUnavailable } from '@platform/database';
import { PROBLEM_LIMITS } from './problem.dto';

/** An error as it leaves the house. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: FieldError[];
  retryAfterSeconds?: number;
  /** Whether it is our fault and belongs into the log with its stack. */
  unexpected: boolean;
}

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
};

/** What Fastify and Nest refuse by themselves; their own codes are lost on the way, so the status tells. */
const BY_STATUS: Record<number, { code: string; detail: string }> = {
  400: { code: 'malformed_request', detail: 'The request cannot be understood.' },
  403: { code: 'forbidden', detail: 'This is not for anybody to read.' },
  404: { code: 'not_found', detail: 'There is nothing at this address.' },
  406: { code: 'not_acceptable', detail: 'There is no answer in a form that the request accepts.' },
  408: { code: 'request_timeout', detail: 'The request did not arrive in time.' },
  413: { code: 'payload_too_large', detail: 'The body is larger than 100 kB.' },
  414: { code: 'uri_too_long', detail: 'The address is too long.' },
  415: { code: 'unsupported_media_type', detail: 'Send the body as application/json, not compressed.' },
  431: { code: 'headers_too_large', detail: 'The headers are too large.' },
};

/** Whether the client hung up before its body was whole. */
export function isHangUp(error: unknown): boolean {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  return message === 'aborted' && code === 'ECONNRESET';
}

/** 405: there is something at this address, but it does not answer to this method. */
export function methodNotAllowed(): Problem {
  const detail = 'This address does not answer to this method; see Allow.';
  return { status: 405, code: 'method_not_allowed', detail, unexpected: false };
}

/** Turns whatever was thrown into what the client may know of it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof AppError) return fromAppError(error);
  const status = isHangUp(error) ? 400 : statusOf(error);
  if (status !== undefined && status in BY_STATUS) return problemOf(status);
  if (isDatabaseUnavailable(error)) return { ...fromAppError(unavailable()), unexpected: true };
  return problemOf(500);
}

/** What is known of a problem of which only the status is known. */
export function problemOf(status: number): Problem {
  const known = BY_STATUS[status];
  if (known) return { status, ...known, unexpected: false };
  return {
    status: 500,
    code: 'internal',
    detail: 'Something went wrong on our side; the request id helps to find it.',
    unexpected: true,
  };
}

function fromAppError(error: AppError): Problem {
  const { errors, retryAfterSeconds } = error.details;
  return {
    status: STATUS[error.kind],
    code: error.code,
    detail: cut(error.message, PROBLEM_LIMITS.detail),
    errors: errors?.map(({ field, code, message }) => ({
      field: cut(field, PROBLEM_LIMITS.field),
      code,
      message: cut(message, PROBLEM_LIMITS.message),
    })),
    retryAfterSeconds,
    unexpected: false,
  };
}

/** A name that the client chose may be as long as a body. */
function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  const isFastifys = typeof code === 'string' && code.startsWith('FST_');
  return isFastifys && typeof statusCode === 'number' ? statusCode : undefined;
}
