import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Remembers which listener has handled which event, in the transaction of the effect: that makes it exactly-once. */
@Injectable()
export class Inbox {
  constructor(private readonly uow: UnitOfWork) {}

  /** Claims events for a listener inside the current transaction. @returns those that it has not handled before */
  async claim(listener: string, eventIds: string[]): Promise<Set<string>> {
    this.uow.requireActive('Inbox.claim');
    const rows = await this.uow.sql<{ event_id: string }>(
      `INSERT INTO platform.inbox (listener, event_id) SELECT $1, unnest($2::uuid[])
       ON CONFLICT DO NOTHING RETURNING event_id`,
      [listener, eventIds],
    );
    return new Set(rows.map((row) => row.event_id));
  }
}
