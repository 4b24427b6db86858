import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Session } from './session.entity';
import type { Origin } from './session.types';

/** A session to open, with the hash of its first refresh token. */
export interface NewSession {
  id: string;
  userId: string;
  origin: Origin;
  tokenHash: Buffer;
  lifetimeSeconds: number;
}

/** Holds the account meanwhile, so that it can't be deleted with a session left over. */
const OPEN = `
  WITH account AS (
    SELECT id FROM users.users WHERE id = $2 AND deleted_at IS NULL FOR SHARE
  ), session AS (
    INSERT INTO users.sessions (id, user_id, device, address, expires_at)
    SELECT $1::uuid, id, $3, $4, now() + make_interval(secs => $6) FROM account RETURNING id, expires_at
  )
  INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at) SELECT $5::bytea, id, expires_at FROM session`;

const END = `
  UPDATE users.sessions SET ended_at = now(), updated_at = now()
  WHERE id IN (
    SELECT id FROM users.sessions WHERE id = ANY($1) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE)
  RETURNING id`;

const END_OF_USER = `
  UPDATE users.sessions SET ended_at = now(), updated_at = now()
  WHERE id IN (
    SELECT id FROM users.sessions WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) AND ended_at IS NULL
    ORDER BY id FOR NO KEY UPDATE)
  RETURNING id`;

/** Sessions. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns whether it was opened; false when the account is gone */
  async open({ id, userId, origin, tokenHash, lifetimeSeconds }: NewSession): Promise<boolean> {
    const values = [id, userId, origin.device, origin.address, tokenHash, lifetimeSeconds];
    return (await this.uow.execute(OPEN, values)) > 0;
  }

  /** Live sessions of a user, newest first. @param before only those older than this one */
  listLive(userId: string, before: string | undefined, limit: number): Promise<Session[]> {
    const query = this.uow.manager
      .createQueryBuilder(Session, 'session')
      .where('session.userId = :userId AND session.endedAt IS NULL AND session.expiresAt > now()', { userId });
    if (before !== undefined) query.andWhere('session.id < :before', { before });
    return query.orderBy('session.id', 'DESC').limit(limit).getMany();
  }

  /** @returns those that were still alive */
  end(ids: string[]): Promise<string[]> {
    return this.idsOf(END, [ids]);
  }

  /** Ends one session of a user, or all. @returns those that were still alive */
  endOfUser(userId: string, id?: string): Promise<string[]> {
    return this.idsOf(END_OF_USER, [userId, id ?? null]);
  }

  private async idsOf(statement: string, values: unknown[]): Promise<string[]> {
    return (await this.uow.sql<{ id: string }>(statement, values)).map(({ id }) => id);
  }
}
