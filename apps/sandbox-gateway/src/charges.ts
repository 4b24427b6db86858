import { asksTheSame, type Charge, type ChargeOrder, newCharge } from './charge';
import { type ChargeBook } from './charge-book';
import { gatewayBroken, keyClosed, keyInUse, keyReused, unknownMethod } from './errors';
import { type Sending } from './events';
import { type Method, METHODS } from './methods';
import { type Store } from './store';

/** How the sandbox's clock runs, in milliseconds. */
export interface Timing {
  readonly slowMs: number;
  readonly lostWebhookMs: number;
}

/**
 * What the caller of a charge is to experience. `answer` gives the decided charge; `refuse` an error that was counted;
 * `cut` breaks the connection; `wait` and `hang` keep the key in use until `finishLater` ends or `release` is called.
 */
export type Verdict =
  | { readonly kind: 'answer'; readonly charge: Charge; readonly replayed: boolean }
  | { readonly kind: 'refuse'; readonly error: Error }
  | { readonly kind: 'cut' | 'wait' | 'hang' };

const FAILURES_OF_TOK_ERROR = 2;

/** The rules of charging. Each decision is written together with its event. */
export class Charges {
  /** Keys whose call has not ended, with what they wait for. Only in memory, so that a restart charges nothing. */
  private readonly running = new Map<string, NodeJS.Timeout | null>();

  constructor(
    private readonly store: Store,
    private readonly book: ChargeBook,
    private readonly timing: Timing,
  ) {}

  /** Decides what happens to a call with this key. `copies` is how often its webhook is sent. */
  begin(key: string, order: ChargeOrder, copies: number): Promise<Verdict> {
    const method = METHODS.get(order.method);
    if (!method) throw unknownMethod(order.method);
    return this.store.grouped(() => {
      const known = this.store.charges.findByKey(key);
      if (known?.status === 'voided') throw keyClosed(known);
      if (!known && this.store.charges.isClosed(key)) throw keyClosed();
      if (known && !asksTheSame(known, order)) throw keyReused();
      if (known && known.status !== 'pending') return { kind: 'answer', charge: known, replayed: true };
      if (this.running.has(key)) throw keyInUse();
      const charge = known ?? newCharge(key, order, Date.now());
      return this.act(method, { ...charge, calls: charge.calls + 1 }, copies);
    });
  }

  /** Ends a `wait`: charges after the slow time unless the key was voided. If `stop` comes first it never settles. */
  async finishLater(key: string, copies: number): Promise<Charge> {
    await new Promise<void>((resolve) => {
      this.running.set(key, setTimeout(resolve, this.timing.slowMs));
    });
    this.release(key);
    return this.store.transaction(() => {
      const charge = this.store.charges.findByKey(key);
      if (charge?.status !== 'pending') throw keyClosed(charge ?? undefined);
      return this.charge(charge, { copies });
    });
  }

  /** The call with this key has ended; another may begin. */
  release(key: string): void {
    this.running.delete(key);
  }

  /** Forgets every call in flight; nothing of them is charged any more. */
  stop(): void {
    for (const timer of this.running.values()) if (timer) clearTimeout(timer);
    this.running.clear();
  }

  private act(method: Method, charge: Charge, copies: number): Verdict {
    switch (method.act) {
      case 'charge':
        return this.answer(this.charge(charge, { copies }));
      case 'decline':
        return this.answer(
          this.book.decided({ ...charge, status: 'failed', failureCode: method.failureCode }, { copies }),
        );
      case 'fail-twice':
        if (charge.calls > FAILURES_OF_TOK_ERROR) return this.answer(this.charge(charge, { copies }));
        this.store.charges.put(charge);
        return { kind: 'refuse', error: gatewayBroken() };
      case 'cut':
        this.charge(charge, { copies, delayMs: this.timing.lostWebhookMs });
        return { kind: 'cut' };
      case 'wait':
      case 'hang':
        this.store.charges.put(charge);
        this.running.set(charge.idempotencyKey, null);
        return { kind: method.act };
    }
  }

  private charge(charge: Charge, sending: Partial<Sending>): Charge {
    return this.book.decided({ ...charge, status: charge.capture ? 'succeeded' : 'authorized' }, sending);
  }

  private answer(charge: Charge): Verdict {
    return { kind: 'answer', charge, replayed: false };
  }
}
