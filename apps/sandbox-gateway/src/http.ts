import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { chargeView } from './charge';
import { GatewayError } from './errors';
import { errorFields, log } from './log';

const BODY_LIMIT_BYTES = 64 * 1024;
/** An idempotency key of 255 characters, each written as %XX in a path. */
const MAX_PARAM_LENGTH = 3 * 255;
const CODES: Readonly<Record<number, string>> = {
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

/** A Fastify that answers every failure as `{ error: { code, message } }` and takes an empty body for none. */
export function createHttp(): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: answerError,
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('not_found', 'There is nothing here.')));
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null);
    else void parseJson(request, String(body), done);
  });
  return app;
}

const errorBody = (code: string, message: string) => ({ error: { code, message } });

function answerError(error: FastifyError | GatewayError, _request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof GatewayError) {
    const charge = error.charge && { charge: chargeView(error.charge) };
    void reply.code(error.status).send({ ...errorBody(error.code, error.message), ...charge });
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    void reply.code(status).send(errorBody(CODES[status] ?? 'invalid_request', error.message));
    return;
  }
  log('error', 'gateway.request.failed', errorFields(error));
  void reply.code(500).send(errorBody('internal', 'The gateway failed.'));
}
