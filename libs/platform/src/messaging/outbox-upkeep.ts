import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Upkeep } from './upkeep';

const DAYS_AHEAD = 3;
const DAYS_KEPT = 30;

/** Partitions that can go: older than what is kept, and nothing in them is still to be delivered or looked at. */
const LIST_OLD = `
  SELECT child.relname AS name FROM pg_inherits
  JOIN pg_class child ON child.oid = inhrelid
  WHERE inhparent = 'platform.outbox_events'::regclass AND child.relname ~ '^outbox_events_\\d{8}$'
    AND to_date(right(child.relname, 8), 'YYYYMMDD') < current_date - $1::int
    AND to_date(right(child.relname, 8), 'YYYYMMDD') < coalesce((
      SELECT min(occurred_at)::date FROM (
        SELECT occurred_at FROM platform.outbox_queue
        UNION ALL SELECT occurred_at FROM platform.outbox_deliveries
        UNION ALL SELECT occurred_at FROM platform.outbox_dead_letters) waiting), 'infinity')`;

const FORGET_INBOX = `
  DELETE FROM platform.inbox WHERE (listener, event_id) IN (
    SELECT listener, event_id FROM platform.inbox
    WHERE handled_at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Makes the partitions of the next days, drops those of long ago. */
@Injectable()
export class OutboxUpkeep {
  constructor(
    private readonly uow: UnitOfWork,
    upkeep: Upkeep,
  ) {
    upkeep.register({ name: 'outbox', run: () => this.run() });
    upkeep.registerForgetting('inbox', (limit) => this.uow.execute(FORGET_INBOX, [DAYS_KEPT, limit]));
  }

  async run(): Promise<void> {
    await this.uow.sql('SELECT platform.create_outbox_partitions($1)', [DAYS_AHEAD]);
    const old = await this.uow.sql<{ name: string }>(LIST_OLD, [DAYS_KEPT]);
    for (const { name } of old) await this.uow.sql(`DROP TABLE IF EXISTS platform.${name}`);
  }
}
