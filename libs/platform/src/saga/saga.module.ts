import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { CreateSagas1763600000200 } from './migrations/1763600000200-create-sagas';
import { ParkSagas1763600000210 } from './migrations/1763600000210-park-sagas';
import { ShortenChecks1764200000220 } from './migrations/1764200000220-shorten-checks';
import { ParkedSagas } from './parked-sagas';
import { SagaMetrics } from './saga-metrics';
import { SagaRegistry } from './saga-registry';
import { SagaRunner } from './saga-runner';
import { SagaStore } from './saga-store';
import { SagaSubjects } from './saga-subjects';
import { SagaUpkeep } from './saga-upkeep';
import { SagaWorker } from './saga-worker';
import { Sagas } from './sagas';

/** Sagas: the api starts and wakes them, the worker runs them; people see to those that are parked. */
@Global()
@Module({
  imports: [
    DatabaseModule.forModule({
      migrations: [CreateSagas1763600000200, ParkSagas1763600000210, ShortenChecks1764200000220],
    }),
  ],
  providers: [Sagas, SagaSubjects, ParkedSagas, SagaMetrics],
  exports: [Sagas, SagaSubjects, ParkedSagas],
})
export class SagaModule {
  /** For the worker: also runs the sagas that its modules register. */
  static forWorker(): DynamicModule {
    return {
      module: SagaModule,
      providers: [SagaRegistry, SagaStore, SagaRunner, SagaWorker, SagaUpkeep],
      exports: [SagaRegistry],
    };
  }
}
