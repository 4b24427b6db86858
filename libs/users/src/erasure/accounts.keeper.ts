import { Injectable } from '@nestjs/common';
import { PersonalData, type PersonalDataKeeper } from '@platform/privacy';
import { UsersRepository } from '../users.repository';
import { ProofsRepository } from './proofs.repository';

/** Who somebody is. What they prove it with is erased, and is no part of an export. */
@Injectable()
export class AccountsKeeper implements PersonalDataKeeper {
  readonly name = 'account';

  constructor(
    private readonly users: UsersRepository,
    private readonly proofs: ProofsRepository,
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
    await this.proofs.erase(userId);
    await this.proofs.eraseMailTokens(userId);
    return 0;
  }
}
