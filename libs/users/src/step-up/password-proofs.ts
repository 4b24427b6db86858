import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { Passwords } from '../passwords/passwords';
import { invalidCredentials } from '../users.errors';
import { UsersRepository } from '../users.repository';

/** Asks somebody who is signed in for the password once more. */
@Injectable()
export class PasswordProofs {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
  ) {}

  /** @throws AppError `invalid_credentials` */
  async check(userId: string, password: string): Promise<void> {
    const user = await this.users.find(userId);
    if (await this.passwords.matches(password, user?.passwordHash)) return;
    await this.uow.run(async () =>
      this.audit.record({ action: 'users.password_refused', resource: 'user', resourceId: userId }),
    );
    throw invalidCredentials();
  }
}
