import '@platform/runtime'; // first: it is about all that is loaded after it
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config, SettingsError } from '@platform/config';
import { Durability } from '@platform/database';
import { Health } from '@platform/http';
import { QueueBackend } from '@platform/messaging';
import { Log, stopOnUnexpectedErrors } from '@platform/observability';
import { createApp } from './create-app';

/** Starts the API and stops it in order: readiness 503, the load balancer's lag, open requests, then the rest. */
async function main(): Promise<void> {
  const app = await createApp();
  const config = app.get(Config);
  const log = app.get(Log);
  const stop = once((exitCode: number) => drain(app, config, log, exitCode));
  stopOnUnexpectedErrors(log, stop);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  for (const problem of await app.get(Durability).findProblems()) log.warn('database.may_forget', { problem });
  await app.get(QueueBackend).warnIfUnreliable();
  await app.listen({ port: config.get('PORT'), host: config.get('HOST') });
  const { port } = app.getHttpServer().address() as AddressInfo;
  log.info('api.ready', { port });
  process.send?.({ ready: true, port });
}

async function drain(app: NestFastifyApplication, config: Config, log: Log, exitCode: number): Promise<void> {
  log.info('api.draining');
  app.get(Health).isDraining = true;
  setTimeout(() => process.exit(exitCode || 1), config.get('SHUTDOWN_TIMEOUT') * 1_000).unref();
  await delay(config.get('DRAIN_LAG') * 1_000);
  await app.close();
  process.exit(exitCode);
}

function once(stop: (exitCode: number) => Promise<void>): (exitCode: number) => Promise<void> {
  let stopping: Promise<void> | undefined;
  return (exitCode) => (stopping ??= stop(exitCode));
}

main().catch((error: unknown) => {
  const isOurs = error instanceof SettingsError || (error as { code?: string }).code === 'EADDRINUSE';
  process.stderr.write(`${isOurs ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
