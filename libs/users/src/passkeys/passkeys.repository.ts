import { Injectable } from '@nestjs/common';
import { UnitOfWork, violates } from '@platform/database';
import { passkeyRegistered } from '../users.errors';

/** A registered passkey. */
export interface Passkey {
  id: string;
  userId: string;
  /** As the browser names it, in base64url. */
  credentialId: string;
  /** COSE. */
  publicKey: Buffer;
  transports: string[];
  name: string;
  isBackedUp: boolean;
  disabledAt: Date | null;
  lastUsedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewPasskey = Pick<
  Passkey,
  'id' | 'userId' | 'credentialId' | 'publicKey' | 'transports' | 'name' | 'isBackedUp'
> & { counter: number };

const PASSKEY = `id, user_id AS "userId", credential_id AS "credentialId", public_key AS "publicKey", transports, name,
  is_backed_up AS "isBackedUp", disabled_at AS "disabledAt", last_used_at AS "lastUsedAt", version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const INSERT = `
  INSERT INTO users.passkeys (id, user_id, credential_id, public_key, transports, name, is_backed_up, counter)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${PASSKEY}`;

const LIST = `
  SELECT ${PASSKEY} FROM users.passkeys WHERE user_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

const RENAME = `
  UPDATE users.passkeys SET name = $3, version = version + 1, updated_at = now()
  WHERE id = $2 AND user_id = $1 RETURNING ${PASSKEY}`;

/** A counter of 0 on both sides is an authenticator that doesn't count, as most synchronised ones (WebAuthn, 6.1.1). */
const COUNT = `
  UPDATE users.passkeys SET counter = $2, is_backed_up = $3, last_used_at = now(), updated_at = now()
  WHERE id = $1 AND disabled_at IS NULL AND (counter < $2 OR (counter = 0 AND $2 = 0))`;

const DISABLE =
  'UPDATE users.passkeys SET disabled_at = now(), updated_at = now() WHERE id = $1 AND disabled_at IS NULL';

/** Passkeys; each query for one of them names its owner, except by who holds it. */
@Injectable()
export class PasskeysRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @throws AppError `passkey_registered` */
  async insert(passkey: NewPasskey): Promise<Passkey> {
    const { id, userId, credentialId, publicKey, transports, name, isBackedUp, counter } = passkey;
    const values = [id, userId, credentialId, publicKey, transports, name, isBackedUp, counter];
    try {
      return (await this.uow.sql<Passkey>(INSERT, values))[0] as Passkey;
    } catch (error) {
      throw violates(error, 'passkeys_credential_unique') ? passkeyRegistered() : error;
    }
  }

  async findByCredential(credentialId: string): Promise<Passkey | undefined> {
    const text = `SELECT ${PASSKEY} FROM users.passkeys WHERE credential_id = $1`;
    return (await this.uow.sql<Passkey>(text, [credentialId]))[0];
  }

  /** Whether there is such a passkey still, and it is good. */
  async isGood(id: string): Promise<boolean> {
    const text = 'SELECT 1 FROM users.passkeys WHERE id = $1 AND disabled_at IS NULL';
    return (await this.uow.sql(text, [id])).length > 0;
  }

  /** Newest first. @param before only those older than this one */
  listFor(userId: string, before: string | null, limit: number): Promise<Passkey[]> {
    return this.uow.sql<Passkey>(LIST, [userId, before, limit]);
  }

  async rename(userId: string, id: string, name: string): Promise<Passkey | undefined> {
    return (await this.uow.sql<Passkey>(RENAME, [userId, id, name]))[0];
  }

  /** Writes a use down. @returns false when the authenticator has counted further before: there are two of it */
  async count(id: string, counter: number, isBackedUp: boolean): Promise<boolean> {
    return (await this.uow.execute(COUNT, [id, counter, isBackedUp])) > 0;
  }

  /** @returns whether it was still good */
  async disable(id: string): Promise<boolean> {
    return (await this.uow.execute(DISABLE, [id])) > 0;
  }

  /** @returns whether the user had it */
  async delete(userId: string, id: string): Promise<boolean> {
    return (await this.uow.execute('DELETE FROM users.passkeys WHERE id = $2 AND user_id = $1', [userId, id])) > 0;
  }
}
