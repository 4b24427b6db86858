import { currentContext, type Log } from '@platform/observability';

/**
 * Runs `turn` whenever it is woken, and every `pollMs` as a net for lost signals; never twice at once. While a turn
 * reports that there may be more, it goes on without a pause.
 */
export class WorkLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly pollMs: number,
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
      else if (!this.stopped) this.timer = setTimeout(() => this.wake(), this.pollMs);
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
      do {
        this.again = false;
      } while (((await this.turn()) || this.again) && !this.stopped);
    } catch (error) {
      this.again = false;
      this.log.error(`${this.name}.turn_failed`, { error, requestId: currentContext()?.requestId });
    }
  }
}
