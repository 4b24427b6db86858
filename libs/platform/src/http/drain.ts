import type { FastifyInstance } from 'fastify';

const SWEEP_MS = 100;

/**
 * Lets a closing server end as soon as its last answer is out: such answers say `Connection: close`, and connections that
 * fell idle all the same are closed. Without this each of them would be waited for, up to the keep-alive time of 65 s.
 */
export function endConnectionsWhenClosing(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    const sweep = setInterval(() => fastify.server.closeIdleConnections(), SWEEP_MS);
    fastify.server.once('close', () => clearInterval(sweep));
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) void reply.header('connection', 'close');
    done();
  });
}
