import { Injectable } from '@nestjs/common';
import { decodeCursor, toPage, type Page } from '@platform/database';
import type { User } from '../user.entity';
import { UserListRepository, type UserFilter } from './user-list.repository';

/** Lists accounts. */
@Injectable()
export class UserListService {
  constructor(private readonly userList: UserListRepository) {}

  async list(filter: UserFilter, limit: number, cursor?: string): Promise<Page<User>> {
    const before = cursor === undefined ? undefined : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.userList.list(filter, before, limit + 1), limit, ({ id }) => [id]);
  }
}
