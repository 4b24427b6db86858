import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Metrics } from '@platform/observability';

const PARKED = `
  SELECT name AS saga, count(*) AS count FROM platform.sagas
  WHERE id IS NOT NULL AND status = 'needs_attention' GROUP BY name`;

const OVERDUE = `
  SELECT coalesce(extract(epoch FROM now() - min(next_run_at)), 0)::float AS seconds FROM platform.sagas
  WHERE status IN ('running', 'compensating') AND next_run_at <= now()`;

/** Alarm when a saga needs attention, and when one is due for longer than a minute: then no worker runs them. */
@Injectable()
export class SagaMetrics {
  constructor(metrics: Metrics, uow: UnitOfWork) {
    metrics.gauge('sagas_needing_attention', 'Sagas that can go neither on nor back', ['saga'], async () =>
      (await uow.sql<{ saga: string; count: number }>(PARKED)).map(({ saga, count }) => ({
        value: count,
        labels: { saga },
      })),
    );
    metrics.gauge('sagas_oldest_due_seconds', 'For how long the oldest saga has been due', [], async () =>
      (await uow.sql<{ seconds: number }>(OVERDUE)).map(({ seconds }) => ({ value: seconds })),
    );
  }
}
