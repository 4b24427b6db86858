import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';
import { limitWaiting } from './connections';
import { createDataSource } from './data-source';
import { Durability } from './durability';
import { Migrations } from './migrations';
import { PoolMetrics } from './pool-metrics';
import { registerSchema, type ModuleSchema } from './schema-registry';
import { Signals } from './signals';
import { UnitOfWork } from './unit-of-work';

class SchemaModule {}

/** The connection pool, the unit of work and signals, for every module of the process. */
@Global()
@Module({
  providers: [
    {
      provide: DataSource,
      inject: [Config, Log],
      useFactory: async (config: Config, log: Log) => limitWaiting(await createDataSource(config, log).initialize()),
    },
    UnitOfWork,
    Signals,
    Migrations,
    PoolMetrics,
    Durability,
  ],
  exports: [DataSource, UnitOfWork, Signals, Migrations, Durability],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  /** Declares a module's tables: `imports: [DatabaseModule.forModule({ entities: [...], migrations: [...] })]`. */
  static forModule(schema: ModuleSchema): DynamicModule {
    registerSchema(schema);
    return { module: SchemaModule };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
