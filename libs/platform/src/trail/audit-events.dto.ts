import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { AuditEvent } from '@platform/audit';
import { IsText, OptionalMoment, PageInfo, PageQuery } from '@platform/http';

/** Query of the audit trail */
export class ListAuditEventsQuery extends PageQuery {
  /** Only what this user, or this part of the system, did */
  @IsOptional()
  @IsText({ max: 64 })
  actor?: string;

  /** Only what was done to resources of this kind, e.g. `order` */
  @IsOptional()
  @IsText({ max: 64 })
  resource?: string;

  /** Only what was done to the resource with this id */
  @IsOptional()
  @IsText({ max: 128 })
  resourceId?: string;

  /** Only this action, e.g. `orders.placed` */
  @IsOptional()
  @IsText({ max: 64 })
  action?: string;

  /** Only what happened at this moment or later */
  @OptionalMoment()
  from?: string;

  /** Only what happened before this moment */
  @OptionalMoment()
  to?: string;
}

/** Something that somebody did. */
export class AuditEventResponse {
  /** The event's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** What was done: `<module>.<past tense>` */
  @ApiProperty({ maxLength: 64, example: 'orders.placed' })
  action: string;

  /** Who did it: a user's id, or a part of the system such as `checkout`; null when nobody is known */
  @ApiProperty({ type: 'string', maxLength: 64, nullable: true, example: '01900000-0000-7000-8000-00000000a001' })
  actor: string | null;

  /** The kind of resource it was done to */
  @ApiProperty({ maxLength: 64, example: 'order' })
  resource: string;

  /** Which one */
  @ApiProperty({ maxLength: 128, example: '01900000-0000-7000-8000-00000000d001' })
  resourceId: string;

  /** What was there before; null where nothing was, or where it has been erased with the person it was about */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { status: 'pending_payment' } })
  before: object | null;

  /** What was there after it; null as `before` */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { status: 'confirmed' } })
  after: object | null;

  /** The network address it came from; null for the system's own work, and once the actor has been erased */
  @ApiProperty({ type: 'string', maxLength: 45, nullable: true, example: '203.0.113.7' })
  address: string | null;

  /** The X-Request-Id of the request that caused it */
  @ApiProperty({ type: 'string', maxLength: 128, nullable: true, example: 'a-request-id' })
  requestId: string | null;

  /** When it happened */
  occurredAt: Date;

  /** Its place in the chain of hashes; null for the moment until it is sealed */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 1, maximum: Number.MAX_SAFE_INTEGER, example: 4711 })
  seq: number | null;

  static from(event: AuditEvent): AuditEventResponse {
    const { id, action, actor, resource, resourceId, before, after, address, requestId, occurredAt, seq } = event;
    return { id, action, actor, resource, resourceId, before, after, address, requestId, occurredAt, seq };
  }
}

/** One page of the audit trail. */
export class AuditEventPage {
  /** The events of this page, newest first */
  @ApiProperty({ type: [AuditEventResponse] })
  data: AuditEventResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
