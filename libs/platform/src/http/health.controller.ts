import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '@platform/auth';
import { Health } from './health';
import { HealthReport } from './health.dto';

/** For orchestrators and load balancers. */
@ApiTags('Operations')
@Public()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly health: Health) {}

  /** Tell whether the process is alive */
  @Get('live')
  getLiveness(): HealthReport {
    return { status: 'up', checks: {} };
  }

  /**
   * Tell whether the process wants requests
   *
   * @remarks 503 without a database, with pending migrations and while draining. Gateway, queue and mail are reported
   * and do not take the API out. A part that works but can't be relied on is `degraded`: a queue that may forget jobs.
   */
  @Get('ready')
  async getReadiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    const { isReady, checks } = await this.health.examine();
    if (!isReady) void reply.status(503);
    return { status: isReady ? 'up' : this.health.isDraining ? 'draining' : 'down', checks };
  }
}
