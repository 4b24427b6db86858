import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Whether the database is at the schema that this code was written for. */
@Injectable()
export class Migrations {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns whether this code brings migrations that the database has not seen */
  arePending(): Promise<boolean> {
    return this.dataSource.showMigrations();
  }
}
