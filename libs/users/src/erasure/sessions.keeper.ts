import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { pagesOf, PersonalData, type PersonalDataKeeper } from '@platform/privacy';

interface KeptSession {
  id: string;
  device: string;
  address: string;
  createdAt: Date;
  lastUsedAt: Date;
  endedAt: Date | null;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const LIST = `
  SELECT id, device, address, created_at AS "createdAt", last_used_at AS "lastUsedAt", ended_at AS "endedAt"
  FROM users.sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3`;

const ERASE = `
  UPDATE users.sessions SET device = 'erased', address = 'erased' WHERE id IN (
    SELECT id FROM users.sessions WHERE user_id = $1 AND address <> 'erased' ORDER BY id LIMIT $2)`;

/** Where somebody has signed in from, and with what. */
@Injectable()
export class SessionsKeeper implements PersonalDataKeeper {
  readonly name = 'sessions';

  constructor(
    private readonly uow: UnitOfWork,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  pages(userId: string): AsyncIterable<object[]> {
    return pagesOf<KeptSession>((last, limit) =>
      this.uow.sql<KeptSession>(LIST, [userId, last?.id ?? BEFORE_ALL, limit]),
    );
  }

  erase(userId: string, limit: number): Promise<number> {
    return this.uow.execute(ERASE, [userId, limit]);
  }
}
