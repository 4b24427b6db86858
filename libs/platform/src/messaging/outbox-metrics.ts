import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Metrics } from '@platform/observability';

const WAITING = `
  SELECT 'queue' AS stage, count(*) AS count, coalesce(extract(epoch FROM now() - min(occurred_at)), 0)::float AS age
    FROM platform.outbox_queue
  UNION ALL SELECT 'delivery', count(*), coalesce(extract(epoch FROM now() - min(occurred_at)), 0)::float
    FROM platform.outbox_deliveries
  UNION ALL SELECT 'dead_letter', count(*), coalesce(extract(epoch FROM now() - min(occurred_at)), 0)::float
    FROM platform.outbox_dead_letters`;

interface Waiting {
  stage: string;
  count: number;
  age: number;
}

/** How many events wait, and for how long the oldest has: alarm on the age of `queue`. */
@Injectable()
export class OutboxMetrics {
  constructor(metrics: Metrics, uow: UnitOfWork) {
    const read = () => uow.sql<Waiting>(WAITING);
    metrics.gauge('outbox_waiting_events', 'Events that wait to be delivered', ['stage'], async () =>
      (await read()).map(({ stage, count }) => ({ value: count, labels: { stage } })),
    );
    metrics.gauge('outbox_oldest_seconds', 'Age of the oldest event that waits', ['stage'], async () =>
      (await read()).map(({ stage, age }) => ({ value: age, labels: { stage } })),
    );
  }
}
