import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '@platform/config';
import { Signals } from '@platform/database';
import { WorkLoop } from '@platform/messaging';
import { Log, runInContext } from '@platform/observability';
import { PaymentGateways } from '../gateways/payment-gateways';
import { Reconciler } from './reconciler';
import { ReconciliationProgress } from './reconciliation-progress.repository';
import { ReconciliationsRepository } from './reconciliations.repository';

/** The signal that wakes the workers when a run was asked for. */
export const RECONCILIATION_SIGNAL = 'payments_reconciliation';

const POLL_MS = 60_000;

/** Compares the payments of the last days with each gateway once a day, and whenever somebody asks for it. */
@Injectable()
export class ReconcileWithGateways implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;

  constructor(
    private readonly gateways: PaymentGateways,
    private readonly runs: ReconciliationsRepository,
    private readonly progress: ReconciliationProgress,
    private readonly reconciler: Reconciler,
    private readonly signals: Signals,
    private readonly config: Config,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('payments.reconciliation', { pollMs: POLL_MS }, () => this.turn(), log);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.signals.receive(RECONCILIATION_SIGNAL, () => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether there was a run to do, so that there may be another */
  private async turn(): Promise<boolean> {
    for (const { provider } of this.gateways.inUse)
      await this.runs.insertDaily(provider, this.config.get('RECONCILIATION_DAYS'));
    const run = await this.progress.take();
    if (!run) return false;
    await runInContext({ requestId: run.id, actor: 'payments' }, () =>
      this.reconciler.run(run).catch(async (error: unknown) => {
        this.log.error('payments.reconciliation.failed', { reconciliationId: run.id, provider: run.provider, error });
        await this.progress.postpone(run);
      }),
    );
    return true;
  }
}
