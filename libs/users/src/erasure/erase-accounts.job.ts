import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Config } from '@platform/config';
import { newId, UnitOfWork } from '@platform/database';
import { Outbox, WorkLoop } from '@platform/messaging';
import { Log, runInContext } from '@platform/observability';
import { PersonalData } from '@platform/privacy';
import { userErased } from '../users.events';
import { ErasuresRepository } from './erasures.repository';

/** Rows of each part in one transaction: short enough to disturb nobody. */
const BATCH = 200;
const PACE = { pollMs: 60_000 };

/**
 * Erases accounts whose grace period is over, for the worker: a batch of every module's part in one transaction, until
 * nothing is left; then the account itself. It may die anywhere: the next turn goes on where it was.
 */
@Injectable()
export class EraseAccountsJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;

  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly personalData: PersonalData,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly config: Config,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('users.erasure', PACE, () => this.eraseAll(), log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** One account that can't be erased holds up no other. */
  private async eraseAll(): Promise<boolean> {
    const failed: string[] = [];
    const context = { requestId: `erasure ${newId()}`, actor: 'erasure' };
    while (await runInContext(context, () => this.eraseSome(failed)));
    return false;
  }

  /** @returns whether there was something to do */
  private async eraseSome(failed: string[]): Promise<boolean> {
    let userId: string | undefined;
    try {
      return await this.uow.run(async () => {
        userId = await this.erasures.findNextForUpdate(this.config.get('ERASURE_GRACE'), failed);
        if (userId === undefined) return false;
        if (await this.personalData.eraseSome(userId, BATCH)) await this.finish(userId);
        return true;
      });
    } catch (error) {
      if (userId === undefined) throw error;
      this.log.error('users.erasure.failed', { userId, error });
      failed.push(userId);
      return true;
    }
  }

  private async finish(userId: string): Promise<void> {
    await this.erasures.erase(userId);
    this.audit.record({ action: 'users.erased', resource: 'user', resourceId: userId });
    this.outbox.add(userErased({ userId }));
    this.uow.afterCommit(() => this.log.info('users.erasure.completed', { userId }));
  }
}
