import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What finds old events of gateways. */
export class IndexAgeOfGatewayEvents1763700004900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX gateway_events_received_at ON payments.gateway_events USING brin (received_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payments.gateway_events_received_at');
  }
}
