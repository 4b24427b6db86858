import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Gateways repeat an event for days, and people there may for weeks; one that comes later still changes nothing. */
const DAYS_KEPT = 90;

const FORGET = `
  DELETE FROM payments.gateway_events WHERE (provider, event_id) IN (
    SELECT provider, event_id FROM payments.gateway_events
    WHERE received_at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Nothing is left to be settled of a payment that has ended. */
const INSERT_OF_ENDED = `
  INSERT INTO payments.gateway_events (provider, event_id, type, payload)
  SELECT $1, $2, $3, $4 FROM payments.payments WHERE id = $5 AND status IN ('succeeded', 'failed', 'voided')
  ON CONFLICT DO NOTHING`;

/** An event as a gateway has sent it. */
export interface ReceivedEvent {
  provider: string;
  eventId: string;
  type: string;
  payload: string;
}

/** What gateways have told us, as it came. */
@Injectable()
export class GatewayEventsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Keeps an event, once. A copy that comes at the same time waits here for the first. @returns whether it is new */
  async insert(event: ReceivedEvent): Promise<boolean> {
    const text = `INSERT INTO payments.gateway_events (provider, event_id, type, payload) VALUES ($1, $2, $3, $4)
      ON CONFLICT DO NOTHING`;
    return (await this.uow.execute(text, toValues(event))) > 0;
  }

  /** Keeps an event, once, if its payment has ended. @returns whether it did: false when it was kept before, too */
  async insertIfEnded(event: ReceivedEvent, paymentId: string): Promise<boolean> {
    return (await this.uow.execute(INSERT_OF_ENDED, [...toValues(event), paymentId])) > 0;
  }

  /** Deletes events that are too old to come again. @returns how many */
  forgetOld(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [DAYS_KEPT, limit]);
  }
}

const toValues = ({ provider, eventId, type, payload }: ReceivedEvent) => [provider, eventId, type, storable(payload)];

/** NUL and halves of characters, which jsonb does not know. */
const UNSTORABLE = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

/** As it came, or with another sign for what the database can't keep. */
function storable(json: string): string {
  if (!UNSTORABLE.test(json)) return json;
  const clean = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');
  return JSON.stringify(
    JSON.parse(json, (_name, value: unknown) => (typeof value === 'string' ? clean(value) : value)),
  );
}
