import { Module } from '@nestjs/common';
import { Upkeep } from '@platform/messaging';
import { EraseAccountsJob } from './erasure/erase-accounts.job';
import { ErasuresRepository } from './erasure/erasures.repository';
import { MailTokensRepository } from './mail-tokens/mail-tokens.repository';
import { RefreshTokensRepository } from './sessions/refresh-tokens.repository';
import { SessionsRepository } from './sessions/sessions.repository';
import { UsersFacadeModule } from './users.facade.module';

/** Users for the worker: erases accounts that were deleted; forgets tokens of mails, refresh tokens and sessions that expired. */
@Module({ imports: [UsersFacadeModule], providers: [ErasuresRepository, EraseAccountsJob, RefreshTokensRepository] })
export class UsersWorkerModule {
  constructor(
    upkeep: Upkeep,
    mailTokens: MailTokensRepository,
    refreshTokens: RefreshTokensRepository,
    sessions: SessionsRepository,
  ) {
    upkeep.registerForgetting('mail tokens', (limit) => mailTokens.forgetExpired(limit));
    upkeep.registerForgetting('refresh tokens', (limit) => refreshTokens.forgetExpired(limit));
    upkeep.registerForgetting('sessions', (limit) => sessions.forgetExpired(limit));
  }
}
