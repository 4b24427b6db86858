import 'reflect-metadata';
import { VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from './app.module';
import { createDocument } from './openapi';

/**
 * The OpenAPI document without a running product: in Nest's preview nothing is constructed, so it needs neither settings
 * nor a database. Addresses as in create-app.ts; a test compares it with what the running API serves.
 */
export async function exportOpenApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  app.setGlobalPrefix('api', { exclude: ['health/{*rest}', 'metrics', '.well-known/{*rest}', 'account/{*rest}'] });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  return createDocument(app);
}
