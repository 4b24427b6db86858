import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from '@platform/config';
import { Log } from './log';

/** Makes Log injectable everywhere. */
@Global()
@Module({})
export class ObservabilityModule {
  /** @param process `api` or `worker`: stands on every line */
  static forRoot(process: string): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        { provide: Log, inject: [Config], useFactory: (config: Config) => new Log(config.get('LOG_LEVEL'), process) },
      ],
      exports: [Log],
    };
  }
}
