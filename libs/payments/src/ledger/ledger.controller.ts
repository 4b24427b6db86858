import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@platform/auth';
import { PageQuery } from '@platform/http';
import {
  LedgerAccountPage,
  LedgerAccountResponse,
  LedgerEntryPage,
  LedgerEntryResponse,
  ListEntriesQuery,
} from './ledger.dto';
import { LedgerService } from './ledger.service';

/** The double-entry ledger: for reading only, as it is written by what happens. */
@ApiTags('Payments')
@ApiBearerAuth()
@Controller('ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerService) {}

  /**
   * List the accounts of the ledger, with their balances
   *
   * @remarks By code and currency. A balance is positive when there are more debits than credits; all balances of a
   * currency come to zero.
   */
  @Get('accounts')
  @RequirePermission('ledger:read')
  async listLedgerAccounts(@Query() { limit, cursor }: PageQuery): Promise<LedgerAccountPage> {
    const { data, page } = await this.ledger.listAccounts(limit, cursor);
    return { data: data.map((account) => LedgerAccountResponse.from(account)), page };
  }

  /**
   * List the entries of the ledger
   *
   * @remarks Newest first. Entries are never changed; what was wrong is posted again, the other way round.
   */
  @Get('entries')
  @RequirePermission('ledger:read')
  async listLedgerEntries(@Query() query: ListEntriesQuery): Promise<LedgerEntryPage> {
    const { account = null, reference = null, from, to, limit, cursor } = query;
    const filter = {
      account,
      reference,
      from: from === undefined ? null : new Date(from),
      to: to === undefined ? null : new Date(to),
    };
    const { data, page } = await this.ledger.listEntries(filter, limit, cursor);
    return { data: data.map((entry) => LedgerEntryResponse.from(entry)), page };
  }
}
