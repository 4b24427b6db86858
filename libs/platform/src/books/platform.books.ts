import type { BookCheck } from './book-check';

/** What must be true of events, deliveries, sagas and idempotency keys. */
export const PLATFORM_CHECKS: BookCheck[] = [
  {
    name: 'platform.events_are_routed',
    rule: 'No event waits in the queue of the outbox for longer than a minute.',
    sql: `SELECT event_id AS id FROM platform.outbox_queue WHERE occurred_at < now() - interval '1 minute'`,
  },
  {
    name: 'platform.deliveries_are_made',
    rule: 'No delivery is due for longer than two minutes: it is made, tried again later, or a dead letter.',
    sql: `SELECT listener || ' ' || event_id AS id FROM platform.outbox_deliveries
      WHERE not_before < now() - interval '2 minutes'`,
  },
  {
    name: 'platform.waiting_events_exist',
    rule: 'Whatever waits to be delivered, or lies dead, still has its event.',
    sql: `SELECT waiting.event_id AS id FROM (
        SELECT event_id, occurred_at FROM platform.outbox_queue
        UNION ALL SELECT event_id, occurred_at FROM platform.outbox_deliveries
        UNION ALL SELECT event_id, occurred_at FROM platform.outbox_dead_letters) waiting
      WHERE NOT EXISTS (SELECT FROM platform.outbox_events event
        WHERE event.id = waiting.event_id AND event.occurred_at = waiting.occurred_at)`,
  },
  {
    name: 'platform.dead_letters_are_final',
    rule: 'What is a dead letter is not to be delivered as well.',
    sql: `SELECT listener || ' ' || event_id AS id
      FROM platform.outbox_dead_letters JOIN platform.outbox_deliveries USING (listener, event_id)`,
  },
  {
    name: 'platform.handled_once',
    rule: 'What a listener has handled is not to be delivered to it again.',
    sql: `SELECT listener || ' ' || event_id AS id
      FROM platform.inbox JOIN platform.outbox_deliveries USING (listener, event_id)
      WHERE handled_at < now() - interval '1 minute'`,
  },
  {
    name: 'platform.sagas_run',
    rule: 'No saga is due for longer than two minutes.',
    sql: `SELECT name || ' ' || key AS id FROM platform.sagas
      WHERE status IN ('running', 'compensating') AND next_run_at < now() - interval '2 minutes'`,
  },
  {
    name: 'platform.keys_have_one_effect',
    rule: 'Two idempotency keys of one user never answer with the making of one and the same thing (of the last 15 minutes).',
    sql: `SELECT scope || ' ' || md5(min(key)) AS id FROM (
        SELECT scope, key, CASE WHEN body IS JSON OBJECT THEN body::jsonb ->> 'id' END AS made FROM platform.idempotency_keys
        WHERE status = 201 AND created_at > now() - interval '15 minutes') answer
      WHERE made IS NOT NULL GROUP BY scope, made HAVING count(*) > 1`,
  },
  {
    name: 'platform.keys_are_forgotten',
    rule: 'Idempotency keys are forgotten after 72 hours, and an hour of grace.',
    sql: `SELECT scope || ' ' || md5(key) AS id FROM platform.idempotency_keys
      WHERE created_at < now() - interval '73 hours'`,
  },
];
