import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '@platform/config';
import { validationFailed } from '@platform/errors';
import { runInContext } from '@platform/observability';
import { AllowedMethods } from './allowed-methods';
import { endConnectionsWhenClosing } from './drain';
import { toProblem } from './problem';
import { addRequestHooks, requestIdOf } from './request-hooks';
import { securityHeaders } from './security-headers';
import { sendProblem } from './send-problem';
import { parseStrictJson } from './strict-json';
import { answerUnreadable } from './unreadable-requests';

const MAX_BODY_BYTES = 100 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000; // longer than the 60 s of usual load balancers, or they reuse a connection we just closed

/** A request whose route needs the body as it came, to check a signature over it. */
type RawBodyRequest = FastifyRequest & { rawBody?: Buffer };

/** Fastify with our limits, strict JSON, request ids and problem documents. */
export function createFastifyAdapter(config: Config): FastifyAdapter {
  const trusted = config.get('TRUST_PROXY');
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false, // whatever was accepted is answered
    trustProxy: trusted.length > 0 ? trusted : false,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => requestIdOf(request.headers),
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
    frameworkErrors: (error: Error, request: unknown, reply: unknown) => {
      answerFrameworkError(error, request as FastifyRequest, reply as FastifyReply);
    },
    clientErrorHandler: answerUnreadable,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const allowedMethods = new AllowedMethods();
  fastify.decorate('allowedMethods', allowedMethods);
  fastify.addHook('onRoute', (route) => allowedMethods.add(route));
  addRequestHooks(fastify);
  endConnectionsWhenClosing(fastify);
  takeStrictJson(fastify);
  return adapter;
}

function answerFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  runInContext({ requestId: request.id }, () => {
    void reply.headers(securityHeaders()).header('x-request-id', request.id);
    sendProblem(toProblem(error), request, reply);
  });
}

function takeStrictJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: RawBodyRequest, body: Buffer, done) => {
      try {
        if (body.length === 0) return done(null, undefined); // a POST without a body that says it were JSON
        request.rawBody = body;
        done(null, objectOnly(parseStrictJson(body)));
      } catch (error) {
        done(error as Error, undefined);
      }
    },
  );
}

function objectOnly(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw validationFailed([{ field: '', code: 'is_object', message: 'the body must be a JSON object' }]);
}
