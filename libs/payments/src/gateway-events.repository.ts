import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Gateways repeat an event for days, and people there may for weeks; one that comes later still changes nothing. */
const DAYS_KEPT = 90;

const FORGET = `
  DELETE FROM payments.gateway_events WHERE (provider, event_id) IN (
    SELECT provider, event_id FROM payments.gateway_events
    WHERE received_at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** What gateways have told us, as it came. */
@Injectable()
export class GatewayEventsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Keeps an event, once. A copy that comes at the same time waits here for the first. @returns whether it is new */
  async insert(provider: string, eventId: string, type: string, payload: string): Promise<boolean> {
    const inserted = await this.uow.execute(
      `INSERT INTO payments.gateway_events (provider, event_id, type, payload) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [provider, eventId, type, payload],
    );
    return inserted > 0;
  }

  /** Deletes events that are too old to come again. @returns how many */
  forgetOld(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [DAYS_KEPT, limit]);
  }
}
