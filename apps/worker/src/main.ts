import '@platform/runtime'; // first: it is about all that is loaded after it
import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Config, loadSettings, SettingsError } from '@platform/config';
import { Health, WorkerServer } from '@platform/http';
import { QueueBackend } from '@platform/messaging';
import { Log, NestLogger, stopOnUnexpectedErrors } from '@platform/observability';
import { WorkerModule } from './worker.module';

/** Starts the worker and stops it in order: no new work, what is under way is finished, then the connections. */
async function main(): Promise<void> {
  const settings = loadSettings();
  const log = new Log(settings.LOG_LEVEL, 'worker', settings.LOG_FILE);
  const app = await NestFactory.createApplicationContext(WorkerModule, {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  let stopping: Promise<void> | undefined;
  const stop = (exitCode: number) => (stopping ??= finish(app, log, exitCode));
  stopOnUnexpectedErrors(log, stop);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  await app.get(QueueBackend).warnIfUnreliable();
  const { port } = app.get(WorkerServer);
  log.info('worker.ready', { port });
  process.send?.({ ready: true, port });
}

async function finish(app: INestApplicationContext, log: Log, exitCode: number): Promise<void> {
  log.info('worker.stopping');
  app.get(Health).isDraining = true;
  setTimeout(() => process.exit(exitCode || 1), app.get(Config).get('SHUTDOWN_TIMEOUT') * 1_000).unref();
  await app.close();
  process.exit(exitCode);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof SettingsError ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exit(1);
});
