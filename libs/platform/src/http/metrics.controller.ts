import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@platform/auth';
import { Config } from '@platform/config';
import { forbidden } from '@platform/errors';
import { Metrics } from '@platform/observability';
import { isFromThisMachine } from './this-machine';

/** For Prometheus. */
@ApiTags('Operations')
@Controller({ path: 'metrics', version: VERSION_NEUTRAL })
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  /**
   * Get the metrics of this process
   *
   * @remarks Prometheus' text format. From the machine itself, or with `Authorization: Bearer` and the METRICS_TOKEN.
   * @throws {403} Asked from elsewhere without the token.
   */
  @Public()
  @Get()
  @ApiProduces('text/plain')
  async getMetrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!isFromThisMachine(request) && !this.hasToken(request)) throw forbidden();
    await reply.header('content-type', this.metrics.contentType).send(await this.metrics.text());
  }

  private hasToken({ headers: { authorization } }: FastifyRequest): boolean {
    const expected = this.config.get('METRICS_TOKEN');
    if (expected === undefined) return false;
    const [given, wanted] = [authorization ?? '', `Bearer ${expected}`].map((text) => Buffer.from(text));
    return (
      given !== undefined && wanted !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted)
    );
  }
}
