import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { Audit } from './audit';
import { CreateAudit1763600000300 } from './migrations/1763600000300-create-audit';

/** Makes Audit injectable everywhere. */
@Global()
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateAudit1763600000300] })],
  providers: [Audit],
  exports: [Audit],
})
export class AuditModule {}
