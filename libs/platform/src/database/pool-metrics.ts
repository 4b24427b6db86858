import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '@platform/observability';
import { poolOf } from './connections';

/** How busy the connection pool is. */
@Injectable()
export class PoolMetrics {
  constructor(metrics: Metrics, dataSource: DataSource) {
    metrics.gauge(
      'database_pool_connections',
      'Connections of the pool, and callers waiting for one',
      ['state'],
      () => {
        const { totalCount, idleCount, waitingCount } = poolOf(dataSource);
        return [
          { value: totalCount - idleCount, labels: { state: 'busy' } },
          { value: idleCount, labels: { state: 'idle' } },
          { value: waitingCount, labels: { state: 'waiting' } },
        ];
      },
    );
  }
}
