import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events are immutable and live in daily partitions, so that old ones go by dropping a table. The queue and the
 * deliveries hold a row only while there is work, and are vacuumed eagerly because every row is soon dead. Times are in
 * milliseconds because they are part of an event's key and pass through JavaScript.
 */
export class CreateOutbox1763600000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS platform');
    await runner.query(`
      CREATE TABLE platform.outbox_events (
        id uuid NOT NULL,
        name text NOT NULL,
        version int NOT NULL,
        payload jsonb NOT NULL,
        request_id text,
        actor text,
        occurred_at timestamptz(3) NOT NULL,
        PRIMARY KEY (id, occurred_at)
      ) PARTITION BY RANGE (occurred_at)`);
    await runner.query(`CREATE TABLE platform.outbox_events_default PARTITION OF platform.outbox_events DEFAULT`);
    await runner.query(`
      CREATE FUNCTION platform.create_outbox_partitions(days_ahead int) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE day date;
      BEGIN
        PERFORM pg_advisory_xact_lock(4711002);
        FOR day IN SELECT generate_series(current_date, current_date + days_ahead, '1 day') LOOP
          IF to_regclass(format('platform.outbox_events_%s', to_char(day, 'YYYYMMDD'))) IS NOT NULL
            -- A worker that was away for days left events of this day in the default partition: they stay there.
            OR EXISTS (SELECT FROM platform.outbox_events_default WHERE occurred_at >= day AND occurred_at < day + 1)
          THEN CONTINUE; END IF;
          EXECUTE format('CREATE TABLE platform.%I PARTITION OF platform.outbox_events FOR VALUES FROM (%L) TO (%L)',
            'outbox_events_' || to_char(day, 'YYYYMMDD'), day, day + 1);
        END LOOP;
      END $$`);
    await runner.query('SELECT platform.create_outbox_partitions(3)');
    await runner.query(`
      CREATE TABLE platform.outbox_queue (
        event_id uuid PRIMARY KEY,
        occurred_at timestamptz(3) NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`);
    await runner.query(`
      CREATE TABLE platform.outbox_deliveries (
        listener text NOT NULL,
        event_id uuid NOT NULL,
        occurred_at timestamptz(3) NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        not_before timestamptz NOT NULL DEFAULT now(),
        last_error text,
        PRIMARY KEY (listener, event_id)
      ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`);
    await runner.query('CREATE INDEX outbox_deliveries_due ON platform.outbox_deliveries (not_before)');
    await runner.query(`
      CREATE TABLE platform.outbox_dead_letters (
        listener text NOT NULL,
        event_id uuid NOT NULL,
        occurred_at timestamptz(3) NOT NULL,
        attempts int NOT NULL,
        reason text NOT NULL,
        died_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (listener, event_id)
      )`);
    await runner.query(`
      CREATE TABLE platform.inbox (
        listener text NOT NULL,
        event_id uuid NOT NULL,
        handled_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (listener, event_id)
      )`);
    await runner.query('CREATE INDEX inbox_handled_at ON platform.inbox USING brin (handled_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE platform.inbox, platform.outbox_dead_letters, platform.outbox_deliveries, platform.outbox_queue,
        platform.outbox_events`);
    await runner.query('DROP FUNCTION platform.create_outbox_partitions');
  }
}
