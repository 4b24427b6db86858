import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Log } from '@platform/observability';
import { WorkLoop } from './work-loop';

const EVERY_MS = 10 * 60_000;
/** So few that each deletion is over in a moment: nobody waits for its locks, and a stopping worker stops. */
const FORGOTTEN_AT_ONCE = 5_000;

/** Something that keeps tables in shape. It may run on several workers at once and must not mind. */
export interface UpkeepTask {
  name: string;
  run(): Promise<void>;
}

/** Runs the tasks of all parts at the worker's start and every ten minutes. A task that fails is tried at the next turn. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly tasks: UpkeepTask[] = [];
  private readonly loop: WorkLoop;
  private isStopping = false;

  constructor(private readonly log: Log) {
    this.loop = new WorkLoop('upkeep', { pollMs: EVERY_MS }, () => this.runAll(), log);
  }

  register(task: UpkeepTask): void {
    this.tasks.push(task);
  }

  /**
   * Registers a task that deletes what nobody needs any more, in batches.
   * @param forget deletes at most `limit` rows and says how many it has; it is called until there are fewer
   */
  registerForgetting(name: string, forget: (limit: number) => Promise<number>): void {
    const run = async () => {
      while (!this.isStopping && (await forget(FORGOTTEN_AT_ONCE)) >= FORGOTTEN_AT_ONCE);
    };
    this.register({ name, run });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    await this.loop.stop();
  }

  private async runAll(): Promise<boolean> {
    for (const { name, run } of this.tasks) {
      await run().catch((error: unknown) => this.log.error('upkeep.failed', { task: name, error }));
    }
    return false;
  }
}
