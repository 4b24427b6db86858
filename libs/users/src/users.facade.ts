import { Injectable } from '@nestjs/common';
import { DemoUsers } from './demo-users';
import { UsersRepository } from './users.repository';
import type { UserContact } from './users.types';

/** What other modules may ask of users. */
@Injectable()
export class UsersFacade {
  constructor(
    private readonly users: UsersRepository,
    private readonly demoUsers: DemoUsers,
  ) {}

  /** Whom to write to; null when the account is gone. Joins the caller's transaction if there is one. */
  async findContact(userId: string): Promise<UserContact | null> {
    const user = await this.users.find(userId);
    if (!user) return null;
    const { id, email, firstName, lastName } = user;
    return { id, email, firstName, lastName };
  }

  /**
   * Creates those demo accounts that don't exist yet: one per role, `<role>@demo.test`, with a password that everybody
   * knows. For the embedded default only; must not run inside a transaction, as it hashes passwords.
   * @returns the id of customer@demo.test
   */
  ensureDemoUsers(): Promise<string> {
    return this.demoUsers.ensure();
  }
}
