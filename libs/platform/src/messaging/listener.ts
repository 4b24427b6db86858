import { runInContext } from '@platform/observability';
import type { DeliveredEvent, EventKind } from './event';
import type { Hold } from './hold';

/**
 * Something that happens because something else happened; one class in one `<sentence>.handler.ts`.
 *
 * - `inTransaction`: touches PostgreSQL only. The relay runs it in the transaction in which the event is taken off the
 *   queue, so its effect happens exactly once.
 * - `asJob`: talks to the outside world. It runs as a BullMQ job, outside any transaction, at least once: it must make
 *   its second run harmless. What must not happen twice it does behind `hold.require()`.
 */
export interface Listener<Payload extends object = object> {
  /** The sentence of the file name: unique, and never changed once events wait for it. */
  readonly name: string;
  readonly mode: 'inTransaction' | 'asJob';
  /** What it listens to. */
  readonly events: ReadonlyArray<EventKind<Payload>>;
  handle(event: DeliveredEvent<Payload>, hold: Hold): Promise<void>;
}

/** The listeners of this process, filled by the worker modules at start. */
export class ListenerRegistry {
  private readonly byName = new Map<string, Listener>();

  /** @throws Error when two listeners share a name: one of them would silently get nothing */
  register<Payload extends object>(listener: Listener<Payload>): void {
    if (this.byName.has(listener.name)) throw new Error(`Two listeners are named ${listener.name}.`);
    this.byName.set(listener.name, listener as unknown as Listener);
  }

  find(name: string): Listener | undefined {
    return this.byName.get(name);
  }

  listeningTo(event: { name: string; version: number }): Listener[] {
    return this.all().filter(({ events }) =>
      events.some(({ eventName, version }) => eventName === event.name && version === event.version),
    );
  }

  named(mode: Listener['mode']): string[] {
    return this.all()
      .filter((listener) => listener.mode === mode)
      .map(({ name }) => name);
  }

  /** In the order of their registration, in which those of one transaction take their locks. */
  all(): Listener[] {
    return [...this.byName.values()];
  }
}

/** Runs a listener with the request id and actor of what caused its event. */
export function handleInContext(listener: Listener, event: DeliveredEvent, hold: Hold): Promise<void> {
  const context = { requestId: event.requestId ?? event.id, actor: event.actor ?? undefined };
  return runInContext(context, () => listener.handle(event, hold));
}
