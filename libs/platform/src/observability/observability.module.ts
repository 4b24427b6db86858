import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from '@platform/config';
import { Log } from './log';
import { Metrics } from './metrics';

/** Makes Log and Metrics injectable everywhere. */
@Global()
@Module({})
export class ObservabilityModule {
  /** @param process `api` or `worker`: stands on every line */
  static forRoot(process: string): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        Metrics,
        {
          provide: Log,
          inject: [Config],
          useFactory: (config: Config) => new Log(config.get('LOG_LEVEL'), process, config.get('LOG_FILE')),
        },
      ],
      exports: [Log, Metrics],
    };
  }
}
