import { Global, Module } from '@nestjs/common';
import { Config } from './config';
import { loadSettings } from './load-settings';

/** Makes Config injectable everywhere. */
@Global()
@Module({ providers: [{ provide: Config, useFactory: () => new Config(loadSettings()) }], exports: [Config] })
export class ConfigModule {}
