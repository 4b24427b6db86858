import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Log } from '@platform/observability';
import { WorkLoop } from './work-loop';

const EVERY_MS = 10 * 60_000;

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

  constructor(private readonly log: Log) {
    this.loop = new WorkLoop('upkeep', { pollMs: EVERY_MS }, () => this.runAll(), log);
  }

  register(task: UpkeepTask): void {
    this.tasks.push(task);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async runAll(): Promise<boolean> {
    for (const { name, run } of this.tasks) {
      await run().catch((error: unknown) => this.log.error('upkeep.failed', { task: name, error }));
    }
    return false;
  }
}
