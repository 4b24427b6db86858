import { Injectable } from '@nestjs/common';
import { Raw } from 'typeorm';
import { newId, UnitOfWork, violates } from '@platform/database';
import type { Names } from './profile.rules';
import { User } from './user.entity';
import { emailTaken } from './users.errors';
import type { UserContact } from './users.types';

/** What an account starts with. */
export type NewUser = Pick<User, 'email' | 'passwordHash' | 'firstName' | 'lastName' | 'roles' | 'emailVerifiedAt'> & {
  /** A new one when absent; the accounts of the demo data have fixed ones. */
  id?: string;
};

const CONTACTS = `
  SELECT id, email, first_name AS "firstName", last_name AS "lastName", email_verified_at IS NOT NULL AS "emailVerified"
  FROM users.users WHERE id = ANY($1) AND deleted_at IS NULL`;

const CHANGE = `
  UPDATE users.users SET first_name = $2, last_name = $3, roles = $4, version = version + 1, updated_at = now()
  WHERE id = $1 RETURNING version, updated_at AS "updatedAt"`;

const SET_LOCK = `
  UPDATE users.users SET locked_at = CASE WHEN $2 THEN now() END, version = version + 1, updated_at = now()
  WHERE id = $1 RETURNING version, updated_at AS "updatedAt", locked_at AS "lockedAt"`;

/** Devices and tokens of mails go at once: nobody needs them any more. */
const DELETE = `
  WITH gone AS (
    UPDATE users.users SET deleted_at = now(), version = version + 1, updated_at = now()
    WHERE id = $1 AND deleted_at IS NULL RETURNING id
  ), devices AS (
    DELETE FROM users.known_devices WHERE user_id IN (SELECT id FROM gone)
  ), tokens AS (
    DELETE FROM users.mail_tokens WHERE user_id IN (SELECT id FROM gone)
  )
  SELECT id FROM gone`;

const SET_PASSWORD = `
  UPDATE users.users SET password_hash = $2, version = version + 1, updated_at = now()
  WHERE id = $1 AND deleted_at IS NULL AND ($3::text IS NULL OR password_hash = $3)`;

const VERIFY_EMAIL = `
  UPDATE users.users SET email_verified_at = now(), version = version + 1, updated_at = now()
  WHERE id = $1 AND deleted_at IS NULL AND email_verified_at IS NULL`;

const REPLACE_HASH = 'UPDATE users.users SET password_hash = $3 WHERE id = $1 AND password_hash = $2';

/** Accounts. Deleted ones are not found. */
@Injectable()
export class UsersRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @throws AppError `email_taken` */
  async insert(newUser: NewUser): Promise<User> {
    const user = this.uow.manager.create(User, { ...newUser, id: newUser.id ?? newId() });
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

  /** Whom to write to. Hand-written: it is asked for each order. */
  async findContact(id: string): Promise<UserContact | null> {
    const [contact] = await this.findContacts([id]);
    return contact ?? null;
  }

  findContacts(ids: string[]): Promise<UserContact[]> {
    return this.uow.sql<UserContact>(CONTACTS, [ids]);
  }

  findForUpdate(id: string): Promise<User | null> {
    return this.uow.manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** @param email in lower case */
  findByEmail(email: string): Promise<User | null> {
    return this.uow.manager.findOneBy(User, { email: Raw((column) => `lower(${column}) = :email`, { email }) });
  }

  /** @param email in lower case */
  async findIdByEmail(email: string): Promise<string | undefined> {
    const text = 'SELECT id FROM users.users WHERE lower(email) = $1 AND deleted_at IS NULL';
    return (await this.uow.sql<{ id: string }>(text, [email]))[0]?.id;
  }

  /** Gives an account that is locked for it other names or roles. @returns it with its next version */
  async change(user: User, change: Partial<Names & Pick<User, 'roles'>>): Promise<User> {
    const changed = { ...user, ...change };
    const values = [user.id, changed.firstName, changed.lastName, changed.roles];
    const [row] = await this.uow.sql<Pick<User, 'version' | 'updatedAt'>>(CHANGE, values);
    return { ...changed, ...row };
  }

  /** Locks or unlocks an account. @returns it with its next version */
  async setLock(user: User, locked: boolean): Promise<User> {
    const [row] = await this.uow.sql<Pick<User, 'version' | 'updatedAt' | 'lockedAt'>>(SET_LOCK, [user.id, locked]);
    return { ...user, ...row };
  }

  /** Replaces a hash by a stronger one of the same password. @returns false when it has been changed meanwhile */
  async replaceHash(id: string, before: string, after: string): Promise<boolean> {
    return (await this.uow.execute(REPLACE_HASH, [id, before, after])) > 0;
  }

  /** Gives an account another password. @param before only if this is the hash still @returns whether it was done */
  async setPassword(id: string, passwordHash: string, before?: string): Promise<boolean> {
    return (await this.uow.execute(SET_PASSWORD, [id, passwordHash, before ?? null])) > 0;
  }

  /** @returns whether it had not been verified before */
  async verifyEmail(id: string): Promise<boolean> {
    return (await this.uow.execute(VERIFY_EMAIL, [id])) > 0;
  }

  /** @returns whether there was such an account */
  async softDelete(id: string): Promise<boolean> {
    return (await this.uow.execute(DELETE, [id])) > 0;
  }
}
