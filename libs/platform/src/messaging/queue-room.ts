/** How many jobs may wait before no more are added. */
const WAITING_AT_MOST = 100;
/** After so many jobs the queue is asked how many wait: asking for each would cost more than a job. */
const ASKED_AFTER = 50;

/**
 * Keeps a backlog where it is cheap: in its table, not in the queue, which would get again and again what has waited in it for
 * too long. One worker leaves about 150 jobs in a queue, no more.
 */
export class QueueRoom {
  private added = 0;

  /** @param countWaiting asks the queue */
  constructor(private readonly countWaiting: () => Promise<number>) {}

  note(jobs: number): void {
    this.added += jobs;
  }

  async isThere(): Promise<boolean> {
    if (this.added < ASKED_AFTER) return true;
    if ((await this.countWaiting()) >= WAITING_AT_MOST) return false;
    this.added = 0;
    return true;
  }
}
