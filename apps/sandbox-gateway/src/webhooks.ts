import { Pool } from 'undici';
import { type Delivery } from './delivery-rows';
import { signedHeaders } from './events';
import { log } from './log';
import { type Store } from './store';

const MAX_IN_FLIGHT = 8;
const TIMEOUT_MS = 5_000;
const BATCH = 200;
/** Outcomes and new events wait this long for company: one commit and one query for many. */
const GATHER_MS = 20;
const MAX_BACKOFF_MS = 300_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** What a delivery waits after its `failures`-th failed attempt: 1 s, 2 s, 4 s … at most 5 minutes. */
export const backoffMs = (failures: number): number => Math.min(1_000 * 2 ** (failures - 1), MAX_BACKOFF_MS);

/** Where to send and how to sign. */
export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/**
 * Sends what the outbox holds, at least once each. One timer and one query serve many events; outcomes are written in
 * batches, so a crash repeats at most the last few deliveries.
 */
export class WebhookSender {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly inFlight = new Map<number, Promise<void>>();
  private ready: Delivery[] = [];
  private settled: { delivery: Delivery; delivered: boolean }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private wakesAt = Infinity;
  private mayHaveMore = false;
  private failing = false;
  private stopped = false;

  constructor(
    private readonly store: Store,
    private readonly target: WebhookTarget,
  ) {
    const { origin, pathname, search } = new URL(target.url);
    this.path = pathname + search;
    this.pool = new Pool(origin, { connections: MAX_IN_FLIGHT, connect: { timeout: TIMEOUT_MS } });
  }

  /** Tells the sender that something falls due in `delayMs`. Costs a comparison when it wakes earlier anyway. */
  wake(delayMs: number): void {
    const at = Date.now() + Math.max(delayMs, GATHER_MS);
    if (this.stopped || at >= this.wakesAt) return;
    clearTimeout(this.timer);
    this.wakesAt = at;
    this.timer = setTimeout(() => this.onTimer(), at - Date.now());
  }

  /** Cuts what is in flight (it is sent again after the next start) and writes down what was delivered. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.ready = [];
    await this.pool.destroy();
    await Promise.all(this.inFlight.values());
    this.writeSettled();
  }

  private onTimer(): void {
    this.wakesAt = Infinity;
    if (this.ready.length > 0) this.mayHaveMore = true;
    else this.load();
  }

  private load(): void {
    this.writeSettled();
    const now = Date.now();
    const limit = BATCH + MAX_IN_FLIGHT;
    const due = this.store.deliveries.findDue(now, limit);
    this.mayHaveMore = due.length === limit;
    this.ready = due.filter((delivery) => !this.inFlight.has(delivery.seq)).reverse();
    this.sendReady();
    const next = this.mayHaveMore ? null : this.store.deliveries.nextDueAfter(now);
    if (next !== null) this.wake(next - now);
  }

  private sendReady(): void {
    while (this.inFlight.size < MAX_IN_FLIGHT) {
      const delivery = this.ready.pop();
      if (!delivery) return;
      this.inFlight.set(delivery.seq, this.deliver(delivery));
    }
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const problem = await this.attempt(delivery);
    this.inFlight.delete(delivery.seq);
    if (this.stopped && problem !== null) return;
    this.settled.push({ delivery, delivered: problem === null });
    this.noteHealth(problem);
    if (this.stopped) return;
    this.sendReady();
    if (this.ready.length > 0) return;
    if (this.mayHaveMore) this.load();
    else this.wake(0);
  }

  /** One attempt; null when the receiver took it, else why not. */
  private async attempt({ eventId, body }: Delivery): Promise<string | null> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    try {
      const headers = signedHeaders(this.target.secret, eventId, body, Date.now());
      const signal = deadline.signal;
      const answer = await this.pool.request({ method: 'POST', path: this.path, headers, body, signal });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300 ? null : `status ${answer.statusCode}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private writeSettled(): void {
    if (this.settled.length === 0) return;
    const now = Date.now();
    this.store.transaction(() => {
      for (const { delivery, delivered } of this.settled) {
        if (delivered) this.store.deliveries.delivered(delivery.seq);
        else this.postpone(delivery, now);
      }
    });
    this.settled = [];
  }

  private postpone({ seq, eventId, attempts, createdAt }: Delivery, now: number): void {
    const isTooOld = now - createdAt >= GIVE_UP_AFTER_MS;
    this.store.deliveries.failed(seq, isTooOld ? null : now + backoffMs(attempts + 1));
    if (isTooOld) log('error', 'gateway.webhook.given_up', { eventId, attempts: attempts + 1 });
  }

  /** One line when deliveries begin to fail and one when they work again, not one per attempt. */
  private noteHealth(problem: string | null): void {
    if (this.failing === (problem !== null)) return;
    this.failing = problem !== null;
    if (problem === null) log('info', 'gateway.webhooks.recovered');
    else log('warn', 'gateway.webhooks.failing', { reason: problem });
  }
}
