import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, ModulesContainer } from '@nestjs/core';
import { DatabaseModule } from '@platform/database';
import { SecretBox } from '@platform/encryption';
import { DatabaseHealth } from './database-health';
import { Health } from './health';
import { HealthController } from './health.controller';
import { IdempotencyStore } from './idempotency-store';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { interceptWrites } from './intercept-writes';
import { CreateIdempotencyKeys1763600000500 } from './migrations/1763600000500-create-idempotency-keys';
import { ClaimIdempotencyKeys1764000000510 } from './migrations/1764000000510-claim-idempotency-keys';
import { MetricsController } from './metrics.controller';
import { ProblemFilter } from './problem.filter';
import { QueueHealth } from './queue-health';
import { RateLimitGuard } from './rate-limit.guard';
import { RateLimits } from './rate-limits';
import { UnaskedGuard } from './unasked.guard';
import { createValidationPipe } from './validation.pipe';

/** What every request of the API goes through. Import it before AuthModule: guards run in that order. */
@Global()
@Module({
  imports: [
    DatabaseModule.forModule({ migrations: [CreateIdempotencyKeys1763600000500, ClaimIdempotencyKeys1764000000510] }),
  ],
  controllers: [HealthController, MetricsController],
  providers: [
    Health,
    DatabaseHealth,
    QueueHealth,
    IdempotencyStore,
    SecretBox,
    RateLimits,
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: UnaskedGuard },
    IdempotencyInterceptor,
    { provide: APP_PIPE, useFactory: createValidationPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [Health, RateLimits],
})
export class HttpModule {
  constructor(modules: ModulesContainer, interceptor: IdempotencyInterceptor) {
    interceptWrites(modules, interceptor);
  }
}
