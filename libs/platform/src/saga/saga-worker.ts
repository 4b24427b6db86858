import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Signals } from '@platform/database';
import { WorkLoop } from '@platform/messaging';
import { Log } from '@platform/observability';
import { SagaRegistry } from './saga-registry';
import { LEASE_SECONDS, SagaRunner } from './saga-runner';
import { SagaStore, type LeasedSaga } from './saga-store';
import { SAGA_SIGNAL } from './sagas';

const POLL_MS = 250;
/** A bulkhead: so many sagas of one worker are under way at once, waiting for gateways for the most part. */
const AT_ONCE = 32;

/** Takes sagas that are due and keeps up to 32 of them going. */
@Injectable()
export class SagaWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly registry: SagaRegistry,
    private readonly store: SagaStore,
    private readonly runner: SagaRunner,
    private readonly signals: Signals,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('sagas', { pollMs: POLL_MS }, () => this.turn(), log);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.signals.receive(SAGA_SIGNAL, () => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.underWay);
  }

  /** @returns whether all places were filled, so that more may be due */
  private async turn(): Promise<boolean> {
    const free = AT_ONCE - this.underWay.size;
    if (free === 0) return false; // whoever finishes wakes the loop
    const taken = await this.store.take(this.registry.names, free, LEASE_SECONDS);
    for (const saga of taken) this.track(saga);
    return taken.length === free && this.underWay.size < AT_ONCE;
  }

  private track(saga: LeasedSaga): void {
    const wasFull = () => this.underWay.size >= AT_ONCE;
    const work = this.runner
      .run(saga)
      .catch((error: unknown) => {
        this.log.error('sagas.run_failed', { saga: saga.name, key: saga.key, error });
        return false;
      })
      .then((dueAtOnce) => {
        const freedPlace = wasFull();
        this.underWay.delete(work);
        if (dueAtOnce || freedPlace) this.loop.wake();
      });
    this.underWay.add(work);
  }
}
