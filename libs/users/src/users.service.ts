import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound, versionMismatch } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { ApiKeysService } from './api-keys/api-keys.service';
import { LastAdmin } from './administration/last-admin';
import { findNameChange, type Names } from './profile.rules';
import { SessionsService } from './sessions/sessions.service';
import type { User } from './user.entity';
import { userDeleted } from './users.events';
import { UsersRepository } from './users.repository';

/** Accounts: one's own, and what is the same for all. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly lastAdmin: LastAdmin,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  async get(userId: string): Promise<User> {
    const user = await this.users.find(userId);
    if (!user) throw notFound('user');
    return user;
  }

  /** @param expectedVersion the version that the caller has seen; any when absent */
  rename(userId: string, names: Partial<Names>, expectedVersion?: number): Promise<User> {
    return this.uow.run(async () => {
      const before = await this.users.findForUpdate(userId);
      if (!before) throw notFound('user');
      if (expectedVersion !== undefined && expectedVersion !== before.version) throw versionMismatch(before.version);
      const change = findNameChange(before, names);
      if (!change) return before;
      const after = await this.users.change(before, change.after);
      this.audit.record({ action: 'users.profile_changed', resource: 'user', resourceId: userId, ...change });
      return after;
    });
  }

  /** The account is gone for everybody, and its tokens stop working at once. @throws AppError `last_admin` */
  delete(userId: string): Promise<void> {
    return this.uow.run(async () => {
      const { roles } = await this.get(userId);
      if (roles.includes('admin')) await this.lastAdmin.requireAnother(userId);
      if (!(await this.users.softDelete(userId))) throw notFound('user');
      await this.sessions.endAll(userId);
      await this.apiKeys.revokeAllOf(userId);
      this.audit.record({ action: 'users.deleted', resource: 'user', resourceId: userId, before: { roles } });
      this.outbox.add(userDeleted({ userId }));
    });
  }
}
