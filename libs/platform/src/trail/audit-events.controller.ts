import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditReader } from '@platform/audit';
import { RequirePermission } from '@platform/auth';
import { decodeCursor, toPage } from '@platform/database';
import { AuditEventPage, AuditEventResponse, ListAuditEventsQuery } from './audit-events.dto';

/** Who did what to which resource. */
@ApiTags('Operations')
@ApiBearerAuth()
@Controller('audit-events')
export class AuditEventsController {
  constructor(private readonly audit: AuditReader) {}

  /**
   * List who did what
   *
   * @remarks The audit trail, newest first: actor, network address, request, and what changed. It is append-only, and
   * a chain of hashes shows whether anybody has tampered with it; `seq` is the place in that chain.
   */
  @Get()
  @RequirePermission('audit:read')
  async listAuditEvents(@Query() query: ListAuditEventsQuery): Promise<AuditEventPage> {
    const { limit, cursor, from, to, ...filter } = query;
    const before = cursor === undefined ? undefined : String(decodeCursor(cursor, ['uuid'])[0]);
    const times = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
    const events = await this.audit.list({ ...filter, ...times }, before, limit + 1);
    const { data, page } = toPage(events, limit, ({ id }) => [id]);
    return { data: data.map((event) => AuditEventResponse.from(event)), page };
  }
}
