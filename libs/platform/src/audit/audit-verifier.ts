import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { changeOf, hashOf, judgePart, NO_HASH, type Seal } from './audit-chain.rules';
import { AuditChainRepository, type Head, type SealedRow, type Unsealed } from './audit-chain.repository';
import { AuditErasures } from './audit-erasures.repository';

/** Something that is not as it was written. */
export interface AuditFault {
  /** Its place in the chain; null for a row outside of it. */
  seq: number | null;
  eventId: string | null;
  what: string;
}

/** What became of looking at every row. Faults are in the order of the chain. */
export interface AuditVerdict {
  head: Head;
  sealed: number;
  erased: number;
  waiting: number;
  faults: AuditFault[];
}

const BATCH = 2_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Enough to see what happened; a chain that is broken everywhere would fill the memory. */
const MAX_FAULTS = 100;

/** Computes the whole chain again and compares. It reads in batches and changes nothing; rows may be written meanwhile. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly chain: AuditChainRepository,
    private readonly erasures: AuditErasures,
    private readonly config: Config,
  ) {}

  /** @param known an end of the chain that was noted earlier, from the log: the chain must still lead through it */
  async verify(known?: Head): Promise<AuditVerdict> {
    const head = await this.chain.findHead();
    const verdict: AuditVerdict = { head, sealed: 0, erased: 0, waiting: 0, faults: [] };
    const erased = await this.erasures.listErased();
    await this.verifyChain(verdict, new Set(erased), known);
    await this.verifyUnsealed(verdict);
    return verdict;
  }

  private async verifyChain(verdict: AuditVerdict, erased: Set<string>, known?: Head): Promise<void> {
    let last: Head = { seq: 0, hash: NO_HASH };
    for (;;) {
      const rows = await this.chain.listSealed(last.seq, BATCH);
      for (const sealed of rows) {
        const { seq, hash } = sealed.seal;
        if (seq !== last.seq + 1) addFault(verdict, { seq: last.seq + 1, eventId: null, what: 'has been removed' });
        for (const what of faultsOf(sealed, last, erased)) note(verdict, sealed.seal, what);
        if (known && known.seq === seq && !known.hash.equals(hash)) note(verdict, sealed.seal, 'is not the one noted');
        if (isErased(sealed)) verdict.erased++;
        last = { seq, hash };
        verdict.sealed++;
      }
      if (rows.length < BATCH) break;
    }
    const { head } = verdict;
    if (last.seq < head.seq || (known && last.seq < known.seq)) {
      addFault(verdict, {
        seq: last.seq + 1,
        eventId: null,
        what: 'is missing: the end of the chain has been cut off',
      });
    }
  }

  private async verifyUnsealed(verdict: AuditVerdict): Promise<void> {
    const lateSeconds = this.config.get('AUDIT_SEAL_WITHIN');
    let after = BEFORE_ALL;
    for (;;) {
      const rows = await this.chain.listRows(after, BATCH, lateSeconds);
      for (const row of rows.filter(({ isSealed }) => !isSealed)) {
        verdict.waiting++;
        const what = faultOfUnsealed(row);
        if (what) addFault(verdict, { seq: null, eventId: row.id, what });
      }
      after = rows.at(-1)?.id ?? after;
      if (rows.length < BATCH) return;
    }
  }
}

function faultsOf({ seal, row }: SealedRow, last: Head, erased: Set<string>): string[] {
  const faults: string[] = [];
  if (row.action === null) return [...faults, 'has lost its row'];
  const parts = [
    { name: 'address', judged: judgePart(row.address, seal.address), owner: row.actor ?? row.resourceId },
    { name: 'before and after', judged: judgePart(changeOf(row), seal.change), owner: row.resourceId },
  ];
  for (const { name, judged, owner } of parts) {
    if (judged === 'changed') faults.push(`has been changed: ${name}`);
    if (judged === 'erased' && !erased.has(owner ?? '')) faults.push(`has lost ${name}, and no erasure says so`);
  }
  const isNext = seal.seq === last.seq + 1; // behind a gap nobody knows what it was linked to
  if (isNext && !hashOf(last.hash, row, seal).equals(seal.hash)) faults.push('has been changed, or its seal has');
  return faults;
}

const isErased = ({ seal: { address, change } }: SealedRow) =>
  [address, change].some(({ salt, digest }) => digest !== null && salt === null);

function faultOfUnsealed({ isQueued, isLate }: Unsealed): string | undefined {
  if (!isQueued) return 'was inserted past the product: nothing has queued it for its seal';
  return isLate ? 'waits for its seal too long: does a worker run?' : undefined;
}

const note = (verdict: AuditVerdict, { seq, eventId }: Seal, what: string) => addFault(verdict, { seq, eventId, what });

function addFault({ faults }: AuditVerdict, fault: AuditFault): void {
  if (faults.length < MAX_FAULTS) faults.push(fault);
}
