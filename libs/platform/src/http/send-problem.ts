import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentContext } from '@platform/observability';
import type { Problem } from './problem';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The problem as a JSON document (RFC 9457). @param instance the path of the request */
export function toDocument({ status, code, detail, errors }: Problem, instance: string, requestId: string): string {
  const type = `urn:countinghouse:problem:${code}`;
  return JSON.stringify({
    type,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance,
    code,
    requestId,
    errors,
  });
}

/** Answers with a problem document. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const path = request.url.split('?')[0] ?? '';
  const document = toDocument(problem, path, currentContext()?.requestId ?? request.id);
  void reply.status(status).header('content-type', PROBLEM_TYPE).send(document);
}
