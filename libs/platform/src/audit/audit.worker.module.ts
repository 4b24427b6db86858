import { Module } from '@nestjs/common';
import { AuditSealer } from './audit-sealer';

/** Seals the audit trail, for the worker. */
@Module({ providers: [AuditSealer] })
export class AuditWorkerModule {}
