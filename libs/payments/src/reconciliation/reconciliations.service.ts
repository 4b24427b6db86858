import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Config } from '@platform/config';
import { decodeCursor, Signals, toPage, UnitOfWork, violates, type Page } from '@platform/database';
import { PaymentGateways } from '../gateways/payment-gateways';
import { reconciliationInProgress } from '../payments.errors';
import { RECONCILIATION_SIGNAL } from './reconcile-with-gateways.job';
import type { KeptDifference, Reconciliation } from './reconciliation.types';
import { ReconciliationsRepository } from './reconciliations.repository';

/** Runs that compare our payments with the gateways, as people ask for them and read them. */
@Injectable()
export class ReconciliationsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly runs: ReconciliationsRepository,
    private readonly signals: Signals,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /**
   * Asks for a run; the worker does it.
   * @param provider null: the gateway of new payments
   * @param days how far back; null: RECONCILIATION_DAYS
   * @throws AppError `reconciliation_in_progress`, `not_found` for a provider that is not in use
   */
  request(provider: string | null, days: number | null): Promise<Reconciliation> {
    const gateway = provider === null ? this.gateways.chosen : this.gateways.of(provider);
    return this.uow.run(async () => {
      const run = await this.insert(gateway.provider, days ?? this.config.get('RECONCILIATION_DAYS'));
      this.uow.afterCommit(() => this.signals.wake(RECONCILIATION_SIGNAL));
      this.audit.record({
        action: 'payments.reconciliation_requested',
        resource: 'reconciliation',
        resourceId: run.id,
        after: { provider: gateway.provider },
      });
      return run;
    });
  }

  /** Newest first. */
  async list(limit: number, cursor: string | undefined): Promise<Page<Reconciliation>> {
    return toPage(await this.runs.list(idIn(cursor), limit + 1), limit, ({ id }) => [id]);
  }

  /** Newest first. @param reconciliationId only this run's */
  async listDifferences(
    reconciliationId: string | null,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<KeptDifference>> {
    const found = await this.runs.listDifferences(reconciliationId, idIn(cursor), limit + 1);
    return toPage(found, limit, ({ id }) => [id]);
  }

  private async insert(provider: string, days: number): Promise<Reconciliation> {
    try {
      return await this.runs.insert(provider, days);
    } catch (error) {
      throw violates(error, 'reconciliations_one_open') ? reconciliationInProgress() : error;
    }
  }
}

function idIn(cursor: string | undefined): string | null {
  return cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
}
