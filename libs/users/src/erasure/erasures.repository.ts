import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Holds the account until the end of the transaction; a worker that finds another at it takes the next. */
const FIND_NEXT = `
  SELECT id FROM users.users
  WHERE deleted_at <= now() - make_interval(secs => $1) AND erased_at IS NULL AND id <> ALL ($2::uuid[])
  ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

/** The row stays: orders and the audit trail name its id. */
const ERASE = `
  UPDATE users.users SET email = 'erased-' || id || '@erased.invalid', first_name = 'Erased', last_name = 'Erased',
    password_hash = '', email_verified_at = NULL, erased_at = now(), version = version + 1, updated_at = now()
  WHERE id = $1`;

/** Accounts on their way out. */
@Injectable()
export class ErasuresRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @param graceSeconds how long an account stays after it was deleted @param except those to pass over */
  async findNextForUpdate(graceSeconds: number, except: string[]): Promise<string | undefined> {
    this.uow.requireActive('ErasuresRepository.findNextForUpdate');
    return (await this.uow.sql<{ id: string }>(FIND_NEXT, [graceSeconds, except]))[0]?.id;
  }

  async erase(userId: string): Promise<void> {
    await this.uow.execute(ERASE, [userId]);
  }
}
