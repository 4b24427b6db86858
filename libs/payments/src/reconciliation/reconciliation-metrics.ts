import { Injectable } from '@nestjs/common';
import { Metrics } from '@platform/observability';
import { ReconciliationsRepository } from './reconciliations.repository';

const HELP = 'Differences that the latest comparison with a gateway has found';

/** What the latest comparison with each gateway has found. */
@Injectable()
export class ReconciliationMetrics {
  constructor(metrics: Metrics, runs: ReconciliationsRepository) {
    metrics.gauge('payments_reconciliation_differences', HELP, ['provider', 'kind'], async () =>
      (await runs.countLatest()).map(({ count, ...labels }) => ({ value: count, labels })),
    );
  }
}
