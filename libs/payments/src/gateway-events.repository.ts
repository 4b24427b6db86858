import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { storableJson, storableText } from './gateways/storable.rules';
import type { PaymentStatus } from './payments.types';

/** Gateways repeat an event for days, and people there may for weeks; one that comes later still changes nothing. */
const DAYS_KEPT = 90;

const FORGET = `
  DELETE FROM payments.gateway_events WHERE (provider, event_id) IN (
    SELECT provider, event_id FROM payments.gateway_events
    WHERE received_at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Nothing is left to be settled of a payment that has ended. */
const INSERT_OF_ENDED = `
  WITH ended AS (
    SELECT status FROM payments.payments WHERE id = $5 AND provider = $1 AND status IN ('succeeded', 'failed', 'voided')
  ), kept AS (
    INSERT INTO payments.gateway_events (provider, event_id, type, payload) SELECT $1, $2, $3, $4 FROM ended
    ON CONFLICT DO NOTHING RETURNING 1
  )
  SELECT ended.status FROM ended, kept`;

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

  /** Keeps an event, once, if its payment has ended. @returns how it has; undefined when it has not, or was kept before */
  async insertIfEnded(event: ReceivedEvent, paymentId: string): Promise<PaymentStatus | undefined> {
    const kept = await this.uow.sql<{ status: PaymentStatus }>(INSERT_OF_ENDED, [...toValues(event), paymentId]);
    return kept[0]?.status;
  }

  /** Deletes events that are too old to come again. @returns how many */
  forgetOld(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [DAYS_KEPT, limit]);
  }
}

const toValues = ({ provider, eventId, type, payload }: ReceivedEvent) => [
  ...[provider, eventId, storableText(type), storableJson(payload)],
];
