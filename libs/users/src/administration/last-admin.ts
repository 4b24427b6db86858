import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { lastAdmin } from '../users.errors';

const LOCK_ADMINS = `
  SELECT id FROM users.users WHERE 'admin' = ANY(roles) AND deleted_at IS NULL AND locked_at IS NULL
  ORDER BY id FOR NO KEY UPDATE`;

/** There is always somebody left who can administer the house. */
@Injectable()
export class LastAdmin {
  constructor(private readonly uow: UnitOfWork) {}

  /**
   * Call it before an administrator is demoted, locked or deleted, and before that account is locked for the change: it
   * holds all administrators until the commit, so that two of them can't remove each other.
   * @throws AppError `last_admin` when nobody else would be left
   */
  async requireAnother(userId: string): Promise<void> {
    this.uow.requireActive('LastAdmin.requireAnother');
    const admins = await this.uow.sql<{ id: string }>(LOCK_ADMINS);
    if (admins.some(({ id }) => id === userId) && admins.length === 1) throw lastAdmin();
  }
}
