import { randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { WorkLoop } from '@platform/messaging';
import { Log } from '@platform/observability';
import { changeOf, digestOf, hashOf, type Seal } from './audit-chain.rules';
import { AuditChainRepository, type Head, type WaitingRow } from './audit-chain.repository';

const BATCH = 500;
const PACE = { pollMs: 1_000 };

/**
 * Seals audit rows in batches, for the worker: one link after the other, so only one worker at a time. Rows are sealed in
 * the order in which they are found; a row whose transaction takes long is found later, never passed over.
 */
@Injectable()
export class AuditSealer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;

  constructor(
    private readonly chain: AuditChainRepository,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('audit', PACE, () => this.seal(), log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Seals one batch. @returns whether there may be more */
  async seal(): Promise<boolean> {
    const seals = await this.uow.run(async () => {
      const head = await this.chain.lockHead(false);
      if (!head) return []; // another worker is at it
      const sealed = link(head, await this.chain.take(BATCH), head.sealedAt);
      this.chain.queueSeals(sealed);
      return sealed;
    });
    const last = seals.at(-1);
    // The end of the chain, kept outside of the database too: who can change every table can't change what was logged.
    if (last) this.log.info('audit.sealed', { rows: seals.length, seq: last.seq, hash: last.hash.toString('hex') });
    return seals.length === BATCH;
  }
}

function link({ seq, hash }: Head, rows: WaitingRow[], sealedAt: string): Seal[] {
  let previous = hash;
  return rows.map((row, at) => {
    const { address = null, before = null, after = null } = row;
    const unlinked = {
      ...{ seq: seq + at + 1, eventId: row.id, sealedAt },
      address: digestOf(address, randomBytes(16)),
      change: digestOf(changeOf({ before, after }), randomBytes(16)),
    };
    previous = hashOf(previous, row, unlinked);
    return { ...unlinked, hash: previous };
  });
}
