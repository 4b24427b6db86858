import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@platform/auth';
import { Idempotent, PageQuery } from '@platform/http';
import {
  DifferencePage,
  DifferenceResponse,
  DifferencesQuery,
  ReconcileRequest,
  ReconciliationPage,
  ReconciliationResponse,
} from './reconciliations.dto';
import { ReconciliationsService } from './reconciliations.service';

/** Comparing our payments with the gateways' own records. */
@ApiTags('Payments')
@ApiBearerAuth()
@Controller('payments')
export class ReconciliationsController {
  constructor(private readonly reconciliations: ReconciliationsService) {}

  /**
   * List the comparisons with payment gateways
   *
   * @remarks One a day for each gateway, and those that were asked for; newest first.
   */
  @Get('reconciliations')
  @RequirePermission('ledger:read')
  async listReconciliations(@Query() { limit, cursor }: PageQuery): Promise<ReconciliationPage> {
    const { data, page } = await this.reconciliations.list(limit, cursor);
    return { data: data.map((run) => ReconciliationResponse.from(run)), page };
  }

  /**
   * Compare the payments with a gateway now
   *
   * @remarks The worker asks the gateway for its charges and compares them, page by page. It reports what differs and
   * never moves money.
   * @throws {404} The gateway is not in use.
   * @throws {409} `reconciliation_in_progress`: one at a time for each gateway.
   */
  @Post('reconciliations')
  @HttpCode(202)
  @Idempotent()
  @RequirePermission('payments:reconcile')
  async reconcilePayments(@Body() body: ReconcileRequest): Promise<ReconciliationResponse> {
    return ReconciliationResponse.from(await this.reconciliations.request(body.provider ?? null, body.days ?? null));
  }

  /**
   * List what comparisons with payment gateways have found
   *
   * @remarks Newest first.
   */
  @Get('reconciliation-differences')
  @RequirePermission('ledger:read')
  async listReconciliationDifferences(@Query() query: DifferencesQuery): Promise<DifferencePage> {
    const { reconciliationId, limit, cursor } = query;
    const { data, page } = await this.reconciliations.listDifferences(reconciliationId ?? null, limit, cursor);
    return { data: data.map((difference) => DifferenceResponse.from(difference)), page };
  }
}
