import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { User } from '../user.entity';

/** Which accounts a list shows; null stands for any. */
export interface UserFilter {
  /** Part of an address or a name, in any case. */
  search: string | null;
  role: string | null;
  locked: boolean | null;
}

/** The expression of the index `users_search`. */
const SEARCHED = `lower(account.email || ' ' || account.first_name || ' ' || account.last_name)`;

/** Accounts, for who administers them. */
@Injectable()
export class UserListRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Accounts that are not deleted, newest first. @param before only those older than this one */
  list({ search, role, locked }: UserFilter, before: string | undefined, limit: number): Promise<User[]> {
    const query = this.uow.manager.createQueryBuilder(User, 'account');
    if (search !== null) query.andWhere(`${SEARCHED} LIKE :pattern`, { pattern: patternOf(search) });
    if (role !== null) query.andWhere('account.roles @> ARRAY[:role]::text[]', { role });
    if (locked !== null) query.andWhere('(account.lockedAt IS NOT NULL) = :locked', { locked });
    if (before !== undefined) query.andWhere('account.id < :before', { before });
    return query.orderBy('account.id', 'DESC').limit(limit).getMany();
  }
}

/** What people type is text, not a pattern. */
function patternOf(search: string): string {
  return `%${search.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
