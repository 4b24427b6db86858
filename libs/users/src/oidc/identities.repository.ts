import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Who somebody is at a provider. */
export interface Identity {
  issuer: string;
  subject: string;
}

/** An identity that belongs to an account. */
export interface LinkedIdentity extends Identity {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

const IDENTITY = 'id, issuer, subject, created_at AS "createdAt", updated_at AS "updatedAt"';

const FIND_OWNER = 'SELECT user_id AS id FROM users.identities WHERE issuer = $1 AND subject = $2';

const INSERT = `
  INSERT INTO users.identities (user_id, issuer, subject) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

const LIST = `
  SELECT ${IDENTITY} FROM users.identities
  WHERE user_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

const DELETE = 'DELETE FROM users.identities WHERE id = $2 AND user_id = $1 RETURNING issuer';

/** Which account belongs to whom at a provider. */
@Injectable()
export class IdentitiesRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns the id of the account, which may have been deleted */
  async findOwner({ issuer, subject }: Identity): Promise<string | undefined> {
    return (await this.uow.sql<{ id: string }>(FIND_OWNER, [issuer, subject]))[0]?.id;
  }

  /** @returns false when the identity has an account, or the account another identity of this issuer */
  async insert(userId: string, { issuer, subject }: Identity): Promise<boolean> {
    return (await this.uow.execute(INSERT, [userId, issuer, subject])) > 0;
  }

  /** Newest first. @param before only those older than this one */
  listFor(userId: string, before: string | null, limit: number): Promise<LinkedIdentity[]> {
    return this.uow.sql<LinkedIdentity>(LIST, [userId, before, limit]);
  }

  /** @returns its issuer; undefined when the user had none of this id */
  async delete(userId: string, id: string): Promise<string | undefined> {
    return (await this.uow.sql<{ issuer: string }>(DELETE, [userId, id]))[0]?.issuer;
  }
}
