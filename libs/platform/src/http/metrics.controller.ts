import { Controller, Get, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@platform/auth';
import { Config } from '@platform/config';
import { forbidden } from '@platform/errors';
import { Metrics } from '@platform/observability';
import { mayReadMetrics } from './metrics-access';

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
    if (!mayReadMetrics(this.config, request.ip, request.headers.authorization)) throw forbidden();
    await reply.header('content-type', this.metrics.contentType).send(await this.metrics.text());
  }
}
