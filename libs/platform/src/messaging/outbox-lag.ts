import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** For how long events have waited to be routed. */
@Injectable()
export class OutboxLag {
  constructor(private readonly uow: UnitOfWork) {}

  async isLongerThan(seconds: number): Promise<boolean> {
    const text = `SELECT FROM platform.outbox_queue WHERE occurred_at < now() - make_interval(secs => $1) LIMIT 1`;
    return (await this.uow.sql(text, [seconds])).length > 0;
  }
}
