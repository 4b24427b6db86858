import { Injectable } from '@nestjs/common';
import type { FoundApiKey } from '@platform/auth';
import { UnitOfWork } from '@platform/database';

/** A key as people see it. */
export interface ApiKey {
  id: string;
  ownerId: string;
  name: string;
  hint: string;
  permissions: string[];
  expiresAt: Date;
  lastUsedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A key to be made. */
export interface NewApiKey extends Pick<ApiKey, 'id' | 'ownerId' | 'name' | 'hint' | 'permissions'> {
  secretHash: Buffer;
  lifetimeDays: number;
}

/** A key that is no good any more. */
export type RevokedApiKey = Pick<ApiKey, 'id' | 'permissions'>;

const KEY = `
  id, owner_id AS "ownerId", name, hint, permissions, expires_at AS "expiresAt", last_used_at AS "lastUsedAt",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const INSERT = `
  INSERT INTO users.api_keys (id, owner_id, name, hint, permissions, secret_hash, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7)) RETURNING ${KEY}`;

const LIST = `
  SELECT ${KEY} FROM users.api_keys
  WHERE revoked_at IS NULL AND ($1::uuid IS NULL OR owner_id = $1) AND ($2::uuid IS NULL OR id < $2)
  ORDER BY id DESC LIMIT $3`;

const ROTATE = `
  UPDATE users.api_keys SET previous_hash = secret_hash, previous_until = now() + make_interval(secs => $5),
    secret_hash = $3, hint = $4, updated_at = now()
  WHERE id = $1 AND ($2::uuid IS NULL OR owner_id = $2) AND revoked_at IS NULL AND expires_at > now()
  RETURNING ${KEY}`;

const REVOKE = `
  UPDATE users.api_keys SET revoked_at = now(), updated_at = now()
  WHERE ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR owner_id = $2) AND revoked_at IS NULL RETURNING id, permissions`;

/** The use is noted once a minute at the most: a key that works hard must not write with every request. */
const FIND_GOOD = `
  WITH good AS (
    SELECT key.id, key.owner_id, key.permissions, owner.roles,
      least(key.expires_at, CASE WHEN key.secret_hash = $1 THEN key.expires_at ELSE key.previous_until END) AS until
    FROM users.api_keys key
    JOIN users.users owner ON owner.id = key.owner_id AND owner.deleted_at IS NULL AND owner.locked_at IS NULL
    WHERE (key.secret_hash = $1 OR (key.previous_hash = $1 AND key.previous_until > now()))
      AND key.revoked_at IS NULL AND key.expires_at > now()
  ), used AS (
    UPDATE users.api_keys SET last_used_at = now()
    WHERE id IN (SELECT id FROM good) AND (last_used_at IS NULL OR last_used_at <= now() - interval '1 minute')
  )
  SELECT id, owner_id AS "ownerId", permissions, roles AS "ownerRoles",
    extract(epoch FROM until - now())::float8 AS "secondsLeft" FROM good`;

/** API keys, by the hashes of their secrets. */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async insert({ id, ownerId, name, hint, permissions, secretHash, lifetimeDays }: NewApiKey): Promise<ApiKey> {
    const values = [id, ownerId, name, hint, permissions, secretHash, lifetimeDays];
    const [key] = await this.uow.sql<ApiKey>(INSERT, values);
    return key as ApiKey;
  }

  /** Keys that are not revoked, newest first. @param ownerId null: anybody's @param before only those older than this one */
  list(ownerId: string | null, before: string | undefined, limit: number): Promise<ApiKey[]> {
    return this.uow.sql<ApiKey>(LIST, [ownerId, before ?? null, limit]);
  }

  /** Gives a key another secret; the one before stays good for a while. @param ownerId null: anybody's */
  async rotate(
    id: string,
    ownerId: string | null,
    secret: { hash: Buffer; hint: string },
    graceSeconds: number,
  ): Promise<ApiKey | undefined> {
    return (await this.uow.sql<ApiKey>(ROTATE, [id, ownerId, secret.hash, secret.hint, graceSeconds]))[0];
  }

  /** @param id null: all of the owner @param ownerId null: anybody's @returns those that were good until now */
  async revoke(id: string | null, ownerId: string | null): Promise<RevokedApiKey[]> {
    if (id === null && ownerId === null) throw new Error('Whose keys?');
    return this.uow.sql<RevokedApiKey>(REVOKE, [id, ownerId]);
  }

  /** A key that is good, by the hash of what was shown. */
  async findGood(secretHash: Buffer): Promise<FoundApiKey | undefined> {
    return (await this.uow.sql<FoundApiKey>(FIND_GOOD, [secretHash]))[0];
  }
}
