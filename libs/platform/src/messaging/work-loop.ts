import { setTimeout as delay } from 'node:timers/promises';
import { currentContext, type Log } from '@platform/observability';

/** How often a loop looks by itself, and how long it rests after a turn. */
export interface Pace {
  /** The net for lost signals. */
  pollMs: number;
  /** After a turn that found work: what arrives meanwhile is done in one go instead of one by one. */
  restMs?: number;
}

/**
 * Runs `turn` whenever it is woken, and every now and then as a net for lost signals; never twice at once. While a turn
 * reports that there may be more, it goes on at once, or after its rest.
 */
export class WorkLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly pace: Pace,
    private readonly turn: () => Promise<boolean>,
    private readonly log: Log,
  ) {}

  start(): void {
    this.wake();
  }

  wake(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.again) this.wake();
      else if (!this.stopped) this.timer = setTimeout(() => this.wake(), this.pace.pollMs);
    });
  }

  /** Waits for the turn at work and starts no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      let isBusy: boolean;
      do {
        this.again = false;
        isBusy = await this.turn();
        if (isBusy && this.pace.restMs !== undefined && !this.stopped) await delay(this.pace.restMs);
      } while ((isBusy || this.again) && !this.stopped);
    } catch (error) {
      this.again = false;
      this.log.error(`${this.name}.turn_failed`, { error, requestId: currentContext()?.requestId });
    }
  }
}
