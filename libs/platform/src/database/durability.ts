import { Injectable } from '@nestjs/common';
import { UnitOfWork } from './unit-of-work';

const NEEDED = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Whether the server keeps what it has acknowledged. */
@Injectable()
export class Durability {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns the settings that would let it forget; empty when it can be trusted */
  async findProblems(): Promise<string[]> {
    const rows = await this.uow.sql<{ name: string }>(
      `SELECT name FROM pg_settings WHERE name = ANY($1) AND setting = 'off'`,
      [NEEDED],
    );
    return rows.map(({ name }) => `${name} is off`);
  }
}
