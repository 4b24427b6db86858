import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { ChangedRoles, StepUps, type Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { forbidden, notFound, versionMismatch } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { findNameChange } from '../profile.rules';
import { findRoleChange, mayGrant, type Role, type RoleChange } from '../role.rules';
import type { User } from '../user.entity';
import { userRolesChanged } from '../users.events';
import { UsersRepository } from '../users.repository';
import { LastAdmin } from './last-admin';

/** What an administrator may change of an account. */
export interface AccountChange {
  firstName?: string;
  lastName?: string;
  roles?: Role[];
}

/** Changes the accounts of others. Rows are locked in one order: all administrators, then the account. */
@Injectable()
export class AccountChangesService {
  constructor(
    private readonly users: UsersRepository,
    private readonly lastAdmin: LastAdmin,
    private readonly changedRoles: ChangedRoles,
    private readonly stepUps: StepUps,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param expectedVersion the version that the caller has seen; any when absent
   * @throws AppError `forbidden` for roles that allow more than the actor may, `step_up_required` for any other roles,
   * `last_admin`
   */
  change(actor: Actor, userId: string, change: AccountChange, expectedVersion?: number): Promise<User> {
    return this.uow.run(async () => {
      if (change.roles && !change.roles.includes('admin')) await this.lastAdmin.requireAnother(userId);
      const before = await this.users.findForUpdate(userId);
      if (!before) throw notFound('user');
      if (expectedVersion !== undefined && expectedVersion !== before.version) throw versionMismatch(before.version);
      const names = findNameChange(before, change);
      const roles = findRoleChange(before.roles, change.roles);
      if (roles && !mayGrant(actor.permissions, roles)) throw forbidden();
      if (roles) await this.stepUps.require(actor);
      if (!names && !roles) return before;
      const after = await this.users.change(before, { ...names?.after, ...(roles && { roles: roles.after }) });
      if (names) this.record('users.profile_changed', userId, names);
      if (roles) this.announceRoles(userId, roles);
      return after;
    });
  }

  /** Access tokens that were issued before carry the old roles; every node hears of the new ones. */
  private announceRoles(userId: string, { before, after }: RoleChange): void {
    this.changedRoles.change(userId, after);
    this.record('users.roles_changed', userId, { before: { roles: before }, after: { roles: after } });
    this.outbox.add(userRolesChanged({ userId }));
  }

  private record(action: string, resourceId: string, change?: { before: object; after: object }): void {
    this.audit.record({ action, resource: 'user', resourceId, ...change });
  }
}
