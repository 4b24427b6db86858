import { Module } from '@nestjs/common';
import { AuditEventsController } from './audit-events.controller';

/** The audit trail over HTTP, for the api. */
@Module({ controllers: [AuditEventsController] })
export class AuditEventsModule {}
