import { Injectable } from '@nestjs/common';
import { Raw } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { UnitOfWork, violates } from '@platform/database';
import type { Names } from './profile.rules';
import { User } from './user.entity';
import { emailTaken } from './users.errors';

/** What an account starts with. */
export type NewUser = Pick<User, 'email' | 'passwordHash' | 'firstName' | 'lastName' | 'roles' | 'emailVerifiedAt'>;

const RENAME = `
  UPDATE users.users SET first_name = $2, last_name = $3, version = version + 1, updated_at = now()
  WHERE id = $1 RETURNING version, updated_at AS "updatedAt"`;

const DELETE = `
  UPDATE users.users SET deleted_at = now(), version = version + 1, updated_at = now()
  WHERE id = $1 AND deleted_at IS NULL`;

const REPLACE_HASH = 'UPDATE users.users SET password_hash = $3 WHERE id = $1 AND password_hash = $2';

/** Accounts. Deleted ones are not found. */
@Injectable()
export class UsersRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @throws AppError `email_taken` */
  async insert(newUser: NewUser): Promise<User> {
    const user = this.uow.manager.create(User, { ...newUser, id: uuidv7() });
    try {
      await this.uow.manager.insert(User, user);
    } catch (error) {
      if (violates(error, 'users_email_unique')) throw emailTaken();
      throw error;
    }
    return user;
  }

  find(id: string): Promise<User | null> {
    return this.uow.manager.findOneBy(User, { id });
  }

  findForUpdate(id: string): Promise<User | null> {
    return this.uow.manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** @param email in lower case */
  findByEmail(email: string): Promise<User | null> {
    return this.uow.manager.findOneBy(User, { email: Raw((column) => `lower(${column}) = :email`, { email }) });
  }

  /** Gives an account other names. @returns it with its next version */
  async rename(user: User, names: Partial<Names>): Promise<User> {
    const renamed = { ...user, ...names };
    const values = [user.id, renamed.firstName, renamed.lastName];
    const [row] = await this.uow.sql<Pick<User, 'version' | 'updatedAt'>>(RENAME, values);
    return { ...renamed, ...row };
  }

  /** Replaces a hash by a stronger one of the same password, unless the password has been changed meanwhile. */
  async replaceHash(id: string, before: string, after: string): Promise<void> {
    await this.uow.execute(REPLACE_HASH, [id, before, after]);
  }

  /** @returns whether there was such an account */
  async softDelete(id: string): Promise<boolean> {
    return (await this.uow.execute(DELETE, [id])) > 0;
  }
}
