import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

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
}
