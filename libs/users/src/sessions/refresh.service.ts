import { Injectable } from '@nestjs/common';
import { AccessTokens } from '@platform/auth';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { refreshTokenInvalid, refreshTokenReused } from '../users.errors';
import {
  decideRefresh,
  hashRefreshToken,
  isRefreshToken,
  successorOf,
  type RefreshDecision,
} from './refresh-token.rules';
import { RefreshTokensRepository, type FoundToken } from './refresh-tokens.repository';
import type { Tokens } from './session.types';
import { SessionsService } from './sessions.service';

/** Exchanges a refresh token for its successor. */
@Injectable()
export class RefreshService {
  constructor(
    private readonly refreshTokens: RefreshTokensRepository,
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokens,
    private readonly config: Config,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {}

  /**
   * The refusal is thrown behind the commit: what a reused token ends stays ended.
   * @throws AppError `refresh_token_invalid`, `refresh_token_reused`
   */
  async refresh(refreshToken: string | undefined, address: string): Promise<Tokens> {
    this.uow.forbidActive('RefreshService.refresh');
    if (!isRefreshToken(refreshToken)) throw refreshTokenInvalid();
    const successor = successorOf(refreshToken, this.config.get('APP_SECRET'));
    const { decision, token } = await this.uow.run(() => this.exchange(refreshToken, successor, address));
    if (decision === 'reused') throw refreshTokenReused();
    if (decision === 'invalid' || !token) throw refreshTokenInvalid();
    const accessToken = this.accessTokens.issue({ id: token.userId, roles: token.roles }, token.sessionId);
    return { accessToken, refreshToken: successor };
  }

  private async exchange(
    refreshToken: string,
    successor: string,
    address: string,
  ): Promise<{ decision: RefreshDecision; token?: FoundToken }> {
    const [tokenHash, successorHash] = [hashRefreshToken(refreshToken), hashRefreshToken(successor)];
    const token = await this.refreshTokens.findForUpdate(tokenHash, successorHash);
    const decision = decideRefresh(token);
    if (decision === 'rotate') this.refreshTokens.rotate(tokenHash, successorHash, address);
    if (decision === 'reused' && token) {
      await this.sessions.revoke(token.sessionId);
      this.log.warn('users.refresh.reused', { sessionId: token.sessionId, userId: token.userId });
    }
    return { decision, token };
  }
}
