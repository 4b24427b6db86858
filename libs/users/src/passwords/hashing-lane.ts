import { unavailable } from '@platform/errors';

/** Lets a few hashes be computed at once and a limited number wait in turn; whoever comes beyond that is refused. */
export class HashingLane {
  private running = 0;
  private readonly waiting: Array<() => void> = [];

  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
  ) {}

  /** @throws AppError `unavailable` */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running++;
    else await this.turn();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.mayWait) throw unavailable('Too many sign-ins at once; try again in a moment.');
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whoever waits longest takes over the place, so it is never free in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }
}
