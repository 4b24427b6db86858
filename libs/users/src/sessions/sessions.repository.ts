import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { hashDevice } from './device.rules';
import { Session } from './session.entity';
import type { Origin } from './session.types';

/** A session to open, with the hash of its first refresh token. */
export interface NewSession {
  id: string;
  userId: string;
  origin: Origin;
  tokenHash: Buffer;
  lifetimeSeconds: number;
  /** Only if the account has this password still; with any when absent. */
  passwordHash?: string;
}

/**
 * Holds the account meanwhile, so that it can't be deleted, locked, or get another password, with a session left over. The first
 * device that is known of an account is nothing new.
 */
const OPEN = `
  WITH account AS (
    SELECT id FROM users.users
    WHERE id = $2 AND deleted_at IS NULL AND locked_at IS NULL AND ($8::text IS NULL OR password_hash = $8) FOR SHARE
  ), session AS (
    INSERT INTO users.sessions (id, user_id, device, address, expires_at, is_from_provider)
    SELECT $1::uuid, id, $3, $4, now() + make_interval(secs => $6), $9 FROM account RETURNING id, expires_at
  ), device AS (
    INSERT INTO users.known_devices (user_id, device_hash) SELECT id, $7::bytea FROM account
    ON CONFLICT (user_id, device_hash) DO UPDATE SET last_seen_at = now()
    RETURNING old.user_id IS NULL AS is_new
  ), token AS (
    INSERT INTO users.refresh_tokens (token_hash, session_id, expires_at) SELECT $5::bytea, id, expires_at FROM session
  )
  SELECT is_new AND EXISTS (SELECT FROM users.known_devices WHERE user_id = $2) AS "isNewDevice" FROM device`;

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

const END_OTHERS = `
  UPDATE users.sessions SET ended_at = now(), updated_at = now()
  WHERE id IN (
    SELECT id FROM users.sessions WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE)
  RETURNING id`;

/** A session lives as long as its newest token; its tokens go with it. */
const FORGET = `
  WITH old AS (
    SELECT id FROM users.sessions WHERE expires_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED
  ), tokens AS (
    DELETE FROM users.refresh_tokens WHERE session_id IN (SELECT id FROM old)
  )
  DELETE FROM users.sessions WHERE id IN (SELECT id FROM old)`;

/** Sessions. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns whether the device is new to the account; undefined when the account is gone, and nothing was opened */
  async open({
    id,
    userId,
    origin,
    tokenHash,
    lifetimeSeconds,
    passwordHash,
  }: NewSession): Promise<boolean | undefined> {
    const { device, address, isFromProvider = false } = origin;
    const values = [id, userId, device, address, tokenHash, lifetimeSeconds, hashDevice(device), passwordHash ?? null];
    return (await this.uow.sql<{ isNewDevice: boolean }>(OPEN, [...values, isFromProvider]))[0]?.isNewDevice;
  }

  find(id: string): Promise<Session | null> {
    return this.uow.manager.findOneBy(Session, { id });
  }

  /** Live sessions of a user, newest first. @param before only those older than this one */
  listLive(userId: string, before: string | undefined, limit: number): Promise<Session[]> {
    const query = this.uow.manager
      .createQueryBuilder(Session, 'session')
      .where('session.userId = :userId AND session.endedAt IS NULL AND session.expiresAt > now()', { userId });
    if (before !== undefined) query.andWhere('session.id < :before', { before });
    return query.orderBy('session.id', 'DESC').limit(limit).getMany();
  }

  /** Whether a session has not been ended; it isn't before the caller's transaction is over. */
  async holdLive(id: string): Promise<boolean> {
    this.uow.requireActive('SessionsRepository.holdLive');
    const text = 'SELECT 1 FROM users.sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > now() FOR SHARE';
    return (await this.uow.sql(text, [id])).length > 0;
  }

  /** Whether a session was opened at most so long ago, by something that was shown here. */
  async isYoung(id: string, seconds: number): Promise<boolean> {
    const text = `SELECT 1 FROM users.sessions
      WHERE id = $1 AND created_at > now() - make_interval(secs => $2) AND NOT is_from_provider`;
    return (await this.uow.sql(text, [id, seconds])).length > 0;
  }

  /** @returns those that were still alive */
  end(ids: string[]): Promise<string[]> {
    return this.idsOf(END, [ids]);
  }

  /** Ends one session of a user, or all. @returns those that were still alive */
  endOfUser(userId: string, id?: string): Promise<string[]> {
    return this.idsOf(END_OF_USER, [userId, id ?? null]);
  }

  /** Ends all sessions of a user but one. @returns those that were still alive */
  endOthers(userId: string, keptId: string): Promise<string[]> {
    return this.idsOf(END_OTHERS, [userId, keptId]);
  }

  /** Deletes sessions that expired a day ago, ended or not. @returns how many */
  forgetExpired(limit: number): Promise<number> {
    return this.uow.execute(FORGET, [limit]);
  }

  private async idsOf(statement: string, values: unknown[]): Promise<string[]> {
    return (await this.uow.sql<{ id: string }>(statement, values)).map(({ id }) => id);
  }
}
