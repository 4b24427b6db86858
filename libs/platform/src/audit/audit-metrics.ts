import { Injectable } from '@nestjs/common';
import { Metrics } from '@platform/observability';
import { AuditChainRepository } from './audit-chain.repository';

/** How many audit rows wait for their seal, and for how long: alarm when the oldest waits for minutes. */
@Injectable()
export class AuditMetrics {
  constructor(metrics: Metrics, chain: AuditChainRepository) {
    metrics.gauge('audit_waiting_rows', 'Audit rows that wait for their seal', [], async () => [
      { value: (await chain.countWaiting()).count },
    ]);
    metrics.gauge('audit_oldest_seconds', 'Age of the oldest audit row that waits for its seal', [], async () => [
      { value: (await chain.countWaiting()).seconds },
    ]);
  }
}
