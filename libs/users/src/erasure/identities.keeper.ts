import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { PersonalData, type PersonalDataKeeper } from '@platform/privacy';

interface KeptIdentity {
  id: string;
  issuer: string;
  subject: string;
  createdAt: Date;
}

const LIST = `
  SELECT id, issuer, subject, created_at AS "createdAt" FROM users.identities WHERE user_id = $1 ORDER BY id`;

/** Who somebody is at other providers; one of each, so a page holds them all. They are erased with what else proves the account. */
@Injectable()
export class IdentitiesKeeper implements PersonalDataKeeper {
  readonly name = 'identities';

  constructor(
    private readonly uow: UnitOfWork,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  async *pages(userId: string): AsyncGenerator<object[]> {
    yield await this.uow.sql<KeptIdentity>(LIST, [userId]);
  }
}
