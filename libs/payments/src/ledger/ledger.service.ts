import { Injectable } from '@nestjs/common';
import { decodeCursor, toPage, type Page } from '@platform/database';
import { LedgerRepository } from './ledger.repository';
import type { EntryFilter, LedgerAccount, LedgerEntry } from './ledger.types';

const NEWEST: [transactionId: string, position: number] = ['ffffffff-ffff-ffff-ffff-ffffffffffff', 0];

/** Reading the ledger. */
@Injectable()
export class LedgerService {
  constructor(private readonly entries: LedgerRepository) {}

  async listAccounts(limit: number, cursor?: string): Promise<Page<LedgerAccount>> {
    const after = cursor === undefined ? ['', ''] : decodeCursor(cursor, ['string', 'string']);
    const rows = await this.entries.listAccounts(String(after[0]), String(after[1]), limit + 1);
    return toPage(rows, limit, ({ code, currency }) => [code, currency]);
  }

  async listEntries(filter: EntryFilter, limit: number, cursor?: string): Promise<Page<LedgerEntry>> {
    const before = cursor === undefined ? NEWEST : decodeCursor(cursor, ['uuid', 'number']);
    const [transactionId, position] = [String(before[0]), Number(before[1])];
    const rows = await this.entries.listEntries(filter, { transactionId, position }, limit + 1);
    return toPage(rows, limit, (entry) => [entry.transactionId, entry.position]);
  }
}
