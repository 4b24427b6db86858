import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentContext } from '@platform/observability';
import type { Problem } from './problem';

/** Answers with a problem document (RFC 9457). */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status, code, detail, errors, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const document = {
    type: `urn:countinghouse:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance: request.url.split('?')[0],
    code,
    requestId: currentContext()?.requestId ?? request.id,
    errors,
  };
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(document));
}
