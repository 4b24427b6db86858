import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Log, runInContext } from '@platform/observability';
import { WorkLoop } from './work-loop';

/** Two: while the first one runs, the version before may still be writing what it does not know of. */
const PASSES = 2;
const BETWEEN_PASSES_SECONDS = 3_600;
const POLL_MS = 10 * 60_000;
/** So short that nobody waits for its locks. */
const BATCH = 200;
/** What merely catches up leaves the machine to what people wait for. */
const REST_MS = 50;

/** Brings rows of before up to what the newest version expects of them. */
export interface Backfill {
  /** Never changed: its progress is kept under it. */
  name: string;
  /**
   * Sees to the next rows by id, in the transaction that also keeps the progress. Rows that are right already do no harm.
   * @param after ids above this one
   * @param limit how many rows at the most
   * @returns the last id that was seen to; null when there are no more
   */
  batch(after: string, limit: number): Promise<string | null>;
}

const TAKE = `
  SELECT after FROM platform.backfills WHERE name = $1 AND passes_left > 0 AND next_at <= now() FOR UPDATE SKIP LOCKED`;

const MOVE = 'UPDATE platform.backfills SET after = $2, updated_at = now() WHERE name = $1';

const END_PASS = `
  UPDATE platform.backfills SET after = DEFAULT, passes_left = passes_left - 1,
    next_at = now() + make_interval(secs => $2), updated_at = now()
  WHERE name = $1`;

/**
 * Runs backfills in short transactions, a batch each. Whoever dies has kept the batches before, and another goes on from
 * there; of several workers one at a time is at a backfill.
 */
@Injectable()
export class Backfills implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly backfills: Backfill[] = [];
  private readonly loop: WorkLoop;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('backfills', { pollMs: POLL_MS, restMs: REST_MS }, () => this.turn(), log);
  }

  register(backfill: Backfill): void {
    this.backfills.push(backfill);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** One batch of each. One that fails keeps no other from its turn, and is tried again at the next poll. */
  private async turn(): Promise<boolean> {
    let isBusy = false;
    for (const backfill of this.backfills) {
      const work = () => this.runBatch(backfill);
      const context = { requestId: randomUUID(), actor: backfill.name };
      isBusy = (await runInContext(context, work).catch((error) => this.failed(backfill, error))) || isBusy;
    }
    return isBusy;
  }

  private runBatch({ name, batch }: Backfill): Promise<boolean> {
    return this.uow.run(async () => {
      await this.uow.execute(
        'INSERT INTO platform.backfills (name, passes_left) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [name, PASSES],
      );
      const [taken] = await this.uow.sql<{ after: string }>(TAKE, [name]);
      if (!taken) return false;
      const last = await batch(taken.after, BATCH);
      if (last === null) this.uow.queue(END_PASS, [name, BETWEEN_PASSES_SECONDS]);
      else this.uow.queue(MOVE, [name, last]);
      if (last === null) this.uow.afterCommit(() => this.log.info('backfills.pass_ended', { backfill: name }));
      return last !== null;
    });
  }

  private failed({ name }: Backfill, error: unknown): boolean {
    this.log.error('backfills.failed', { backfill: name, error });
    return false;
  }
}
