import { ApiProperty } from '@nestjs/swagger';
import type { CheckResult } from './health';

/** How the process and its surroundings are. */
export class HealthReport {
  /** The process as a whole */
  @ApiProperty({ enum: ['up', 'down', 'draining'], example: 'up' })
  status: 'up' | 'down' | 'draining';

  /** Each part by itself */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { status: { type: 'string', enum: ['up', 'degraded', 'down'] }, latencyMs: { type: 'number' } },
      additionalProperties: true,
    },
    example: { database: { status: 'up', latencyMs: 0.8 } },
  })
  checks: Record<string, CheckResult>;
}
