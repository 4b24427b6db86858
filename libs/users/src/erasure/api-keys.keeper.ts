import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { pagesOf, PersonalData, type PersonalDataKeeper } from '@platform/privacy';

/** A key without its secret, or anything that could be compared with it. */
interface KeptApiKey {
  id: string;
  name: string;
  hint: string;
  permissions: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date;
  revokedAt: Date | null;
}

const LIST = `
  SELECT id, name, hint, permissions, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt",
    revoked_at AS "revokedAt"
  FROM users.api_keys WHERE owner_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`;

const ERASE = `
  DELETE FROM users.api_keys WHERE id IN (SELECT id FROM users.api_keys WHERE owner_id = $1 ORDER BY id LIMIT $2)`;

/** The keys that somebody has made, those that were revoked too. */
@Injectable()
export class ApiKeysKeeper implements PersonalDataKeeper {
  readonly name = 'apiKeys';

  constructor(
    private readonly uow: UnitOfWork,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  pages(userId: string): AsyncIterable<object[]> {
    return pagesOf<KeptApiKey>((last, limit) => this.uow.sql<KeptApiKey>(LIST, [userId, last?.id ?? null, limit]));
  }

  erase(userId: string, limit: number): Promise<number> {
    return this.uow.execute(ERASE, [userId, limit]);
  }
}
