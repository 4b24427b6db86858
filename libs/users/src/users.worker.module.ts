import { Module } from '@nestjs/common';
import { Upkeep } from '@platform/messaging';
import { EraseAccountsJob } from './erasure/erase-accounts.job';
import { ErasuresRepository } from './erasure/erasures.repository';
import { MailTokensRepository } from './mail-tokens/mail-tokens.repository';
import { UsersFacadeModule } from './users.facade.module';

const BATCH = 5_000;

/** Users for the worker: erases accounts that were deleted, and forgets tokens of mails that have expired. */
@Module({ imports: [UsersFacadeModule], providers: [ErasuresRepository, EraseAccountsJob] })
export class UsersWorkerModule {
  constructor(
    private readonly mailTokens: MailTokensRepository,
    upkeep: Upkeep,
  ) {
    upkeep.register({ name: 'mail tokens', run: () => this.forgetExpiredTokens() });
  }

  private async forgetExpiredTokens(): Promise<void> {
    while ((await this.mailTokens.forgetExpired(BATCH)) === BATCH);
  }
}
