import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { PersonalData, type PersonalDataKeeper } from '@platform/privacy';
import { UsersRepository } from '../users.repository';

/** What an account is proved with, or was told by mail. A person has a handful of each. */
const PROOFS = [
  'mail_tokens',
  'known_devices',
  'passkeys',
  'totp_factors',
  'recovery_codes',
  'factor_guesses',
  'mfa_challenges',
].map((table) => `DELETE FROM users.${table} WHERE user_id = $1`);

/** Who somebody is. What they prove it with is erased, and is no part of an export. */
@Injectable()
export class AccountsKeeper implements PersonalDataKeeper {
  readonly name = 'account';

  constructor(
    private readonly users: UsersRepository,
    private readonly uow: UnitOfWork,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  async *pages(userId: string): AsyncGenerator<object[]> {
    const user = await this.users.find(userId);
    if (!user) return;
    const { id, email, firstName, lastName, roles, emailVerifiedAt, createdAt, updatedAt } = user;
    yield [{ id, email, firstName, lastName, roles, emailVerifiedAt, createdAt, updatedAt }];
  }

  /** The account's own row goes last, when every part is done. */
  async erase(userId: string): Promise<number> {
    await Promise.all(PROOFS.map((text) => this.uow.execute(text, [userId])));
    return 0;
  }
}
