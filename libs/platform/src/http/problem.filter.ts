import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Log } from '@platform/observability';
import { AllowedMethods } from './allowed-methods';
import { toProblem } from './problem';
import { sendProblem } from './send-problem';

/** The one place where errors become answers. What nobody expected is logged here, once, with its stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly allowedMethods: AllowedMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For errors that Fastify meets outside Nest's reach, such as a URL that can't be decoded. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = toProblem(error);
    if (problem.unexpected)
      this.log.error('http.request_failed', { method: request.method, route: request.routeOptions.url, error });
    if (reply.sent || reply.raw.headersSent) return;
    const allowed = problem.status === 404 && request.is404 ? this.allowedMethods.at(request.url) : [];
    if (allowed.length === 0) return sendProblem(problem, request, reply);
    void reply.header('allow', allowed.join(', '));
    sendProblem({ ...toProblem({ code: 'FST_METHOD', statusCode: 405 }), status: 405 }, request, reply);
  }
}
