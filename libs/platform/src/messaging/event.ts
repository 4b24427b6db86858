import { newId } from '@platform/database';

/** Something that has happened, on its way to whoever listens. `payload` is small: ids, not entities. */
export interface Event<Payload extends object = object> {
  id: string;
  /** `<module>.<past tense>`, e.g. `orders.placed`. */
  name: string;
  /** A changed meaning is a new version; a payload only ever gains fields. */
  version: number;
  payload: Payload;
}

/** An event as a listener gets it. */
export interface DeliveredEvent<Payload extends object = object> extends Event<Payload> {
  occurredAt: Date;
  /** The request that caused the event, however long ago. */
  requestId: string | null;
  actor: string | null;
}

/** A kind of event, for who listens to it. */
export interface EventKind<Payload extends object> {
  readonly eventName: string;
  readonly version: number;
  /** Never set: it only carries the payload's type. */
  readonly payloadType?: Payload;
}

/** Makes events of one kind. */
export interface EventDefinition<Payload extends object> extends EventKind<Payload> {
  (payload: Payload): Event<Payload>;
}

/** Declares a kind of event: `export const orderPlaced = defineEvent<{ orderId: string }>('orders.placed', 1);` */
export function defineEvent<Payload extends object>(eventName: string, version: number): EventDefinition<Payload> {
  const make = (payload: Payload): Event<Payload> => ({ id: newId(), name: eventName, version, payload });
  return Object.assign(make, { eventName, version });
}
