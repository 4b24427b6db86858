import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { notFound, validationFailed } from '@platform/errors';
import { runInContext, type Log, type Metrics } from '@platform/observability';
import { methodsAt } from './allowed-methods';
import { securityHeaders } from './security-headers';
import { unknownField } from './unasked.guard';

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** A client's own id, if it is 1–128 visible ASCII characters, or a new one. */
export function requestIdOf(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What the hooks tell about requests. */
export interface RequestObservers {
  log: Log;
  metrics: Metrics;
  slowRequestMs: number;
}

/** Gives every request its context and its id. */
export function addRequestHooks(fastify: FastifyInstance): void {
  const headers = securityHeaders();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('x-request-id', request.id);
    runInContext({ requestId: request.id, address: request.ip }, done);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const { method, headers } = request;
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
      return done(new UnsupportedMediaTypeException());
    if (method !== 'OPTIONS' || headers['access-control-request-method'] !== undefined) return done();
    const allowed = methodsAt(request);
    if (allowed.length === 0) return done(notFound('address'));
    void reply
      .status(204)
      .header('allow', [...allowed, 'OPTIONS'].join(', '))
      .send();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    done(badParameter(request));
  });
}

/** Gives every answered request one log line and its place in the metrics. Call it before the routes are made. */
export function observeRequests(fastify: FastifyInstance, observers: RequestObservers): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    observe(observers, request, reply);
    done();
  });
}

/** One that is given more than once, or whose name no object can have. */
function badParameter(request: FastifyRequest): Error | undefined {
  const query = (request.query ?? {}) as object;
  if (Object.hasOwn(query, '__proto__')) return validationFailed([unknownField('__proto__')]);
  const repeated = Object.entries(query).find(([, value]) => Array.isArray(value));
  if (!repeated) return undefined;
  return validationFailed([{ field: repeated[0], code: 'repeated', message: `${repeated[0]} may be given once only` }]);
}

function observe(
  { log, metrics, slowRequestMs }: RequestObservers,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { id: requestId, method } = request;
  const route = request.routeOptions.url ?? 'unknown';
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const { id: userId, keyId } = (request as { actor?: { id: string; keyId?: string } }).actor ?? {};
  metrics.observeRequest(method, route, reply.statusCode, reply.elapsedTime / 1_000);
  const line = { requestId, method, route, status: reply.statusCode, ms, userId, keyId };
  if (ms > slowRequestMs) log.warn('http.slow_request', line);
  else log.info('http.request', line);
}
