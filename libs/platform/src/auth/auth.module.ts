import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DatabaseModule } from '@platform/database';
import { AccessTokens } from './access-tokens';
import { ApiKeys } from './api-keys';
import { AuthConfig } from './auth-config';
import { AccessGuard } from './auth.guard';
import { ChangedRoles } from './changed-roles';
import { EndedSessions } from './ended-sessions';
import { JwksController } from './jwks.controller';
import { JwtStrategy } from './jwt.strategy';
import { CreateEndedSessions1763600000400 } from './migrations/1763600000400-create-ended-sessions';
import { CreateStepUps1763600000410 } from './migrations/1763600000410-create-step-ups';
import { CreateChangedRoles1763600000420 } from './migrations/1763600000420-create-changed-roles';
import { SigningKeys } from './signing-keys';
import { StepUps } from './step-ups';
import { VerifiedTokens } from './verified-tokens';

/** Guards every route of the API, and lets the users module issue and end what the guard checks. */
@Global()
@Module({
  imports: [
    DatabaseModule.forModule({
      migrations: [CreateEndedSessions1763600000400, CreateStepUps1763600000410, CreateChangedRoles1763600000420],
    }),
  ],
})
export class AuthModule {
  static forRoot(config: AuthConfig): DynamicModule {
    return {
      module: AuthModule,
      controllers: [JwksController],
      providers: [
        { provide: AuthConfig, useValue: config },
        { provide: APP_GUARD, useClass: AccessGuard },
        SigningKeys,
        AccessTokens,
        VerifiedTokens,
        EndedSessions,
        ChangedRoles,
        ApiKeys,
        StepUps,
        JwtStrategy,
      ],
      exports: [AccessTokens, ApiKeys, ChangedRoles, EndedSessions, StepUps, VerifiedTokens],
    };
  }
}
