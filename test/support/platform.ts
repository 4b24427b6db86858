import { NestFactory } from '@nestjs/core';
import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConfigModule } from '@platform/config';
import { DatabaseModule, poolOf, UnitOfWork } from '@platform/database';
import { Log, ObservabilityModule } from '@platform/observability';
import type { TestDatabase } from './database';
import { settingsFor } from './shop';

/** A line of the log, as it would stand on stdout. */
export type LogLine = { event: string; level: string; requestId?: string } & Record<string, any>;

type Imports = Array<DynamicModule | Type>;

@Module({})
class PlatformUnderTest {}

/** Parts of the platform in this process, without the shop: the real modules on a database of the test's. */
export class Platform {
  private constructor(
    readonly context: INestApplicationContext,
    /** Everything that it has logged so far. */
    readonly log: LogLine[],
  ) {}

  /** @param imports what is wanted besides settings, log and database */
  static async open(db: TestDatabase, imports: Imports = [], settings: Record<string, string> = {}): Promise<Platform> {
    Object.assign(process.env, settingsFor(db.url, 0, 'http://127.0.0.1:9'), { DATABASE_POOL: '10' }, settings);
    const lines: LogLine[] = [];
    const log = new Log('debug', 'test', { write: (line) => void lines.push(JSON.parse(line)) });
    const observability = ObservabilityModule.forRoot('test');
    observability.providers?.push({ provide: Log, useValue: log }); // the later one counts
    const module = { module: PlatformUnderTest, imports: [ConfigModule, observability, DatabaseModule, ...imports] };
    return new Platform(
      await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }),
      lines,
    );
  }

  get<T>(part: Type<T>): T {
    return this.context.get(part, { strict: false });
  }

  get uow(): UnitOfWork {
    return this.get(UnitOfWork);
  }

  /** Connections that somebody has and has not given back, and callers that wait for one. */
  get connectionsInUse(): { taken: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = poolOf(this.context.get(DataSource, { strict: false }));
    return { taken: totalCount - idleCount, waiting: waitingCount };
  }

  logged(event: string): LogLine[] {
    return this.log.filter((line) => line.event === event);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
