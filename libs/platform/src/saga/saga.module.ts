import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { CreateSagas1763600000200 } from './migrations/1763600000200-create-sagas';
import { SagaRegistry } from './saga-registry';
import { SagaRunner } from './saga-runner';
import { SagaStore } from './saga-store';
import { SagaWorker } from './saga-worker';
import { Sagas } from './sagas';

/** Sagas: the api starts and wakes them, the worker runs them. */
@Global()
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateSagas1763600000200] })],
  providers: [Sagas],
  exports: [Sagas],
})
export class SagaModule {
  /** For the worker: also runs the sagas that its modules register. */
  static forWorker(): DynamicModule {
    return {
      module: SagaModule,
      providers: [SagaRegistry, SagaStore, SagaRunner, SagaWorker],
      exports: [SagaRegistry],
    };
  }
}
