import { randomUUID } from 'node:crypto';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessTokens, AuthModule } from '@platform/auth';
import { Config, ConfigModule, loadSettings } from '@platform/config';
import { DatabaseModule } from '@platform/database';
import { createFastifyAdapter, HttpModule, observeRequests } from '@platform/http';
import { MessagingModule } from '@platform/messaging';
import { Log, Metrics, ObservabilityModule } from '@platform/observability';
import { createApp } from '../../apps/api/src/create-app';
import { ApiClient } from './api-client';
import type { TestDatabase } from './database';
import type { LogLine } from './platform';
import { settingsFor } from './shop';

@Module({})
class ApiUnderTest {}

/** An api in this process without the processes around it. */
export class BareApi {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly port: number,
    /** What it has logged so far; empty for the whole product. */
    readonly log: LogLine[],
  ) {}

  /** The product's api with these settings. */
  static async ofProduct(db: TestDatabase, settings: Record<string, string> = {}): Promise<BareApi> {
    Object.assign(process.env, settingsFor(db.url, 0, 'http://127.0.0.1:9'), settings);
    return BareApi.listen(await createApp(), []);
  }

  /**
   * The platform's way of serving HTTP, with controllers of the test's own under /api.
   * @param prepare is called before it listens, e.g. to add hooks
   */
  static async of(
    db: TestDatabase,
    controllers: Type[],
    settings: Record<string, string> = {},
    prepare: (app: NestFastifyApplication) => void = () => undefined,
  ): Promise<BareApi> {
    Object.assign(process.env, settingsFor(db.url, 0, 'http://127.0.0.1:9'), settings);
    const config = new Config(loadSettings());
    const lines: LogLine[] = [];
    const log = new Log('debug', 'test', { write: (line) => void lines.push(JSON.parse(line)) });
    const observability = ObservabilityModule.forRoot('test');
    observability.providers?.push({ provide: Log, useValue: log }); // the later one counts
    const auth = AuthModule.forRoot({ permissionsOf: (roles) => new Set(roles) });
    const imports = [ConfigModule, observability, DatabaseModule, MessagingModule, HttpModule, auth];
    const adapter = createFastifyAdapter(config);
    const options = { logger: false, bodyParser: false, abortOnError: false } as const;
    const app = await NestFactory.create<NestFastifyApplication>(
      { module: ApiUnderTest, imports, controllers },
      adapter,
      options,
    );
    observeRequests(app.getHttpAdapter().getInstance(), { log, metrics: app.get(Metrics), slowRequestMs: 10_000 });
    app.setGlobalPrefix('api', { exclude: ['health/{*rest}', 'metrics', '.well-known/{*rest}'] });
    prepare(app);
    return BareApi.listen(app, lines);
  }

  private static async listen(app: NestFastifyApplication, lines: LogLine[]): Promise<BareApi> {
    await app.listen({ port: 0, host: '127.0.0.1' });
    return new BareApi(app, (app.getHttpServer().address() as { port: number }).port, lines);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** It, as nobody. */
  get api(): ApiClient {
    return new ApiClient(this.origin);
  }

  /** It, as a new user with these roles. */
  as(...roles: string[]): ApiClient {
    const tokens = this.app.get(AccessTokens, { strict: false });
    return this.api.as(tokens.issue({ id: randomUUID(), roles }, randomUUID()));
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
