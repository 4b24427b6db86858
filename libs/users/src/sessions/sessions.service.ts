import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { EndedSessions } from '@platform/auth';
import { decodeCursor, newId, type Page, toPage, UnitOfWork } from '@platform/database';
import { notFound, unauthenticated } from '@platform/errors';
import { createRefreshToken, hashRefreshToken, isRefreshToken, REFRESH_TOKEN_SECONDS } from './refresh-token.rules';
import { RefreshTokensRepository } from './refresh-tokens.repository';
import type { Session } from './session.entity';
import type { OpenedSession, Origin } from './session.types';
import { SessionsRepository } from './sessions.repository';

/** Opens, lists and ends sessions. The access tokens of an ended one stop working with the commit. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly refreshTokens: RefreshTokensRepository,
    private readonly endedSessions: EndedSessions,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
  ) {}

  /**
   * @param passwordHash only if this is the account's password still; any when absent
   * @returns undefined when the account is gone, or has another password by now
   */
  async open(userId: string, origin: Origin, passwordHash?: string): Promise<OpenedSession | undefined> {
    this.uow.requireActive('SessionsService.open');
    const id = newId();
    const refreshToken = createRefreshToken();
    const tokenHash = hashRefreshToken(refreshToken);
    const session = { id, userId, origin, tokenHash, passwordHash, lifetimeSeconds: REFRESH_TOKEN_SECONDS };
    const isNewDevice = await this.sessions.open(session);
    return isNewDevice === undefined ? undefined : { id, refreshToken, isNewDevice };
  }

  async list(userId: string, limit: number, cursor?: string): Promise<Page<Session>> {
    const before = cursor === undefined ? undefined : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.sessions.listLive(userId, before, limit + 1), limit, ({ id }) => [id]);
  }

  /** Signs out. An access token has a session, a refresh token belongs to one; either is enough, both may differ. */
  signOut(sessionId: string | undefined, refreshToken: string | undefined): Promise<void> {
    return this.uow.run(async () => {
      const byToken = isRefreshToken(refreshToken)
        ? await this.refreshTokens.findSessionId(hashRefreshToken(refreshToken))
        : undefined;
      const ids = [sessionId, byToken].filter((id) => id !== undefined);
      if (ids.length === 0) throw unauthenticated();
      await this.finish(await this.sessions.end(ids), 'users.session_ended');
    });
  }

  end(userId: string, sessionId: string): Promise<void> {
    return this.uow.run(async () => {
      const ended = await this.sessions.endOfUser(userId, sessionId);
      if (ended.length === 0) throw notFound('session');
      await this.finish(ended, 'users.session_ended');
    });
  }

  endAll(userId: string): Promise<void> {
    return this.uow.run(async () => this.finish(await this.sessions.endOfUser(userId), 'users.session_ended'));
  }

  /** Ends all sessions of a user but this one. */
  endOthers(userId: string, keptId: string): Promise<void> {
    return this.uow.run(async () => this.finish(await this.sessions.endOthers(userId, keptId), 'users.session_ended'));
  }

  /** Ends a session because one of its refresh tokens is in two hands. */
  revoke(sessionId: string): Promise<void> {
    return this.uow.run(async () => this.finish(await this.sessions.end([sessionId]), 'users.refresh_reused'));
  }

  private async finish(ended: string[], action: string): Promise<void> {
    await this.endedSessions.end(ended);
    for (const resourceId of ended) this.audit.record({ action, resource: 'session', resourceId });
  }
}
