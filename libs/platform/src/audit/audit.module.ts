import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { Audit } from './audit';
import { AuditChainRepository } from './audit-chain.repository';
import { AuditErasures } from './audit-erasures.repository';
import { AuditMetrics } from './audit-metrics';
import { AuditReader } from './audit-reader';
import { AuditVerifier } from './audit-verifier';
import { CreateAudit1763600000300 } from './migrations/1763600000300-create-audit';
import { SealAudit1763600000310 } from './migrations/1763600000310-seal-audit';

/** Makes Audit injectable everywhere. */
@Global()
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateAudit1763600000300, SealAudit1763600000310] })],
  providers: [Audit, AuditReader, AuditErasures, AuditChainRepository, AuditVerifier, AuditMetrics],
  exports: [Audit, AuditReader, AuditErasures, AuditChainRepository, AuditVerifier],
})
export class AuditModule {}
