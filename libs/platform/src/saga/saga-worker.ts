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
/** While there is more than all places take, places are filled by the dozen rather than one by one. */
const REFILL = 12;
/** How often the worker looks for sagas whose worker has died: they go before all that are waiting. */
const ORPHANS_EVERY_MS = 500;

/** Takes sagas that are due and keeps up to 32 of them going. */
@Injectable()
export class SagaWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;
  private readonly underWay = new Set<Promise<void>>();
  private mayBeMore = false;
  private nextLookForOrphans = 0;

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

  /** @returns whether there are more that are due, and places for them */
  private async turn(): Promise<boolean> {
    await this.takeOrphans();
    const taken = await this.fill((free) => this.store.take(this.registry.names, free, LEASE_SECONDS));
    this.mayBeMore = taken === 'all places';
    return this.hasToRefill();
  }

  /** Behind ten thousand that are due they would wait until the last, as their lease has ended last. */
  private async takeOrphans(): Promise<void> {
    if (performance.now() < this.nextLookForOrphans) return;
    this.nextLookForOrphans = performance.now() + ORPHANS_EVERY_MS;
    await this.fill((free) => this.store.takeOrphans(this.registry.names, free, LEASE_SECONDS));
  }

  private async fill(take: (free: number) => Promise<LeasedSaga[]>): Promise<'all places' | 'some'> {
    const free = AT_ONCE - this.underWay.size;
    if (free === 0) return 'all places';
    const taken = await take(free);
    for (const saga of taken) this.track(saga);
    return taken.length === free ? 'all places' : 'some';
  }

  private hasToRefill(): boolean {
    return this.mayBeMore && AT_ONCE - this.underWay.size >= REFILL;
  }

  private track(saga: LeasedSaga): void {
    const work = this.runner
      .run(saga)
      .catch((error: unknown) => {
        this.log.error('sagas.run_failed', { saga: saga.name, key: saga.key, error });
        return false;
      })
      .then((dueAtOnce) => {
        this.underWay.delete(work);
        if (dueAtOnce || this.hasToRefill()) this.loop.wake();
      });
    this.underWay.add(work);
  }
}
