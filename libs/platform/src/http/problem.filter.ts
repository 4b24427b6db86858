import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Log } from '@platform/observability';
import { methodsAt } from './allowed-methods';
import { isHangUp, methodNotAllowed, toProblem } from './problem';
import { sendProblem } from './send-problem';

/** The one place where errors become answers. What nobody expected is logged here, once, with its stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (isHangUp(error))
      this.log.info('http.client_hung_up', { method: request.method, route: request.routeOptions.url });
    if (problem.unexpected) {
      this.log.error('http.request_failed', { method: request.method, route: request.routeOptions.url, error });
    }
    if (reply.sent || reply.raw.headersSent) return;
    const allowed = problem.status === 404 && request.is404 ? methodsAt(request) : [];
    if (allowed.length === 0 || allowed.includes(request.method)) return sendProblem(problem, request, reply);
    void reply.header('allow', allowed.join(', '));
    sendProblem(methodNotAllowed(), request, reply);
  }
}
