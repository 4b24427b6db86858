import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { validationFailed } from '@platform/errors';
import { runInContext, type Log } from '@platform/observability';

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** A client's own id, if it is 1–128 visible ASCII characters, or a new one. */
export function requestIdOf(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidv7();
}

/** Gives every request its context and its id, and one log line when it is answered. */
export function addRequestHooks(fastify: FastifyInstance, log: Log): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    runInContext({ requestId: request.id, address: request.ip }, done);
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    done(repeatedParameter(request));
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(log, request, reply);
    done();
  });
}

function repeatedParameter(request: FastifyRequest): Error | undefined {
  const repeated = Object.entries((request.query ?? {}) as object).find(([, value]) => Array.isArray(value));
  if (!repeated) return undefined;
  return validationFailed([{ field: repeated[0], code: 'repeated', message: `${repeated[0]} may be given once only` }]);
}

function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  log.info('http.request', {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    userId: (request as { actor?: { id: string } }).actor?.id,
  });
}
