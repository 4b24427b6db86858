import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { ChangedRoles, type Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { SessionsService } from '../sessions/sessions.service';
import type { User } from '../user.entity';
import { ownAccount } from '../users.errors';
import { userLocked, userUnlocked } from '../users.events';
import { UsersRepository } from '../users.repository';
import { LastAdmin } from './last-admin';

/** Locks accounts and unlocks them. Rows are locked in one order: all administrators, then the account. */
@Injectable()
export class AccountLocksService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsService,
    private readonly lastAdmin: LastAdmin,
    private readonly changedRoles: ChangedRoles,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** Nobody can sign in to a locked account, and its sessions end at once. */
  lock(actor: Actor, userId: string): Promise<User> {
    if (actor.id === userId) throw ownAccount();
    return this.uow.run(async () => {
      await this.lastAdmin.requireAnother(userId);
      const before = await this.get(userId);
      if (before.lockedAt) return before;
      const after = await this.users.setLock(before, true);
      await this.sessions.endAll(userId);
      this.changedRoles.change(userId, before.roles); // they are the same, but API keys are looked up anew by it
      this.record('users.locked', before, after);
      this.outbox.add(userLocked({ userId }));
      return after;
    });
  }

  unlock(userId: string): Promise<User> {
    return this.uow.run(async () => {
      const before = await this.get(userId);
      if (!before.lockedAt) return before;
      const after = await this.users.setLock(before, false);
      this.record('users.unlocked', before, after);
      this.outbox.add(userUnlocked({ userId }));
      return after;
    });
  }

  private record(action: string, before: User, after: User): void {
    const [was, is] = [{ lockedAt: before.lockedAt }, { lockedAt: after.lockedAt }];
    this.audit.record({ action, resource: 'user', resourceId: before.id, before: was, after: is });
  }

  private async get(userId: string): Promise<User> {
    const user = await this.users.findForUpdate(userId);
    if (!user) throw notFound('user');
    return user;
  }
}
