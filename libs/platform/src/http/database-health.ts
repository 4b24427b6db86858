import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Migrations, UnitOfWork } from '@platform/database';
import { Health } from './health';

/** Readiness needs the database, at the schema that this code was written for. */
@Injectable()
export class DatabaseHealth implements OnModuleInit {
  private isMigrated = false;

  constructor(
    private readonly health: Health,
    private readonly uow: UnitOfWork,
    private readonly migrations: Migrations,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'database', isEssential: true, probe: () => this.reachDatabase() });
    this.health.register({ name: 'migrations', isEssential: true, probe: () => this.findNoPendingMigration() });
  }

  private async reachDatabase(): Promise<void> {
    await this.uow.sql('SELECT 1');
  }

  private async findNoPendingMigration(): Promise<void> {
    this.isMigrated ||= !(await this.migrations.arePending());
    if (!this.isMigrated) throw new Error('migrations are pending');
  }
}
