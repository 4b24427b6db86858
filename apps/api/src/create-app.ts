import fastifyCookie from '@fastify/cookie';
import fastifyCors from '@fastify/cors';
import { VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config, loadSettings } from '@platform/config';
import { createFastifyAdapter, observeRequests } from '@platform/http';
import { Log, Metrics, NestLogger } from '@platform/observability';
import { AppModule } from './app.module';
import { serveDocumentation } from './openapi';

/** What scripts of other origins may read of an answer besides its body. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotent-Replayed',
  'Link',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/** The API, ready to listen; tests use it as it is. */
export async function createApp(): Promise<NestFastifyApplication> {
  const config = new Config(loadSettings());
  const log = new Log(config.get('LOG_LEVEL'), 'api', config.get('LOG_FILE'));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createFastifyAdapter(config), {
    logger: new NestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  observeRequests(app.getHttpAdapter().getInstance(), {
    log: app.get(Log),
    metrics: app.get(Metrics),
    slowRequestMs: config.get('SLOW_REQUEST') * 1_000,
  });
  app.setGlobalPrefix('api', { exclude: ['health/{*rest}', 'metrics', '.well-known/{*rest}', 'account/{*rest}'] });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  await app.register(fastifyCookie);
  await app.register(fastifyCors, {
    origin: config.get('CORS_ORIGINS'),
    credentials: true,
    maxAge: 600,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
  });
  serveDocumentation(app);
  await app.init();
  return app;
}
