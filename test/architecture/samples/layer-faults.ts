import type { Fault } from './index';

const lines = (count: number): string => 'step();\n'.repeat(count);

const fault = (name: string, file: string, code: string, complaint: RegExp): Fault => ({
  name,
  file,
  code,
  complaint,
});

const PURE = /rules are pure/;
const NO_HTTP = /only controllers and dtos know HTTP/;
const DOOR = /a door exports/;
const DATABASE = /outside of the transaction/;
const ENVIRONMENT = /reads process\.env/;

const controller = 'libs/orders/src/orders.controller.ts';
const service = 'libs/orders/src/orders.service.ts';
const rules = 'libs/orders/src/order.rules.ts';
const door = 'libs/orders/src/index.ts';

export const layerFaults: Fault[] = [
  fault('a controller with a repository', controller, `import { R } from './orders.repository';`, /a controller/),
  fault(
    'a controller with the type of an entity',
    controller,
    `import type { O } from './order.entity';`,
    /a controller/,
  ),
  fault('a controller with TypeORM', controller, `import { In } from 'typeorm';`, /a controller/),

  fault('Swagger in a service', service, `import { ApiProperty } from '@nestjs/swagger';`, NO_HTTP),
  fault('Fastify in a facade', 'libs/orders/src/orders.facade.ts', `import type { F } from 'fastify';`, NO_HTTP),
  fault(
    'a dto in a handler',
    'libs/orders/src/mail-when-paid.handler.ts',
    `import { D } from './orders.dto';`,
    NO_HTTP,
  ),
  fault('a controller in a job', 'libs/orders/src/expire.job.ts', `import { C } from './orders.controller';`, NO_HTTP),
  fault('an HTTP exception in a service', service, `import { NotFoundException } from '@nestjs/common';`, NO_HTTP),
  fault('a renamed one', service, `import { HttpException as Problem } from '@nestjs/common';`, NO_HTTP),
  fault('all of @nestjs/common at once', service, `import * as nest from '@nestjs/common';`, NO_HTTP),
  fault(
    'a status in errors',
    'libs/orders/src/orders.errors.ts',
    `import { HttpStatus } from '@nestjs/common';`,
    NO_HTTP,
  ),

  fault('Nest in rules', rules, `import { Injectable } from '@nestjs/common';`, PURE),
  fault('TypeORM in rules', rules, `import { In } from 'typeorm';`, PURE),
  fault('the type of a pg client in rules', rules, `import type { Client } from 'pg';`, PURE),
  fault('files in rules', rules, `import { readFileSync } from 'node:fs';`, PURE),
  fault('network in rules', rules, `import { request } from 'node:http';`, PURE),
  fault('a repository in rules', rules, `import { R } from './orders.repository';`, PURE),
  fault('an entity as a value in rules', rules, `import { Order } from './order.entity';`, PURE),
  fault('another door as a value in rules', rules, `import { X } from '@app/catalog';`, PURE),

  fault(
    'an entity that knows a module',
    'libs/orders/src/order.entity.ts',
    `import { P } from '@app/catalog';`,
    /an entity/,
  ),
  fault('a connection of its own', 'libs/orders/src/orders.report.ts', `import { Pool } from 'pg';`, /a connection/),

  fault('a door with an entity', door, `export * from './order.entity';`, DOOR),
  fault('a door with a service', door, `export { OrdersService } from './orders.service';`, DOOR),
  fault('a door with the type of a dto', door, `export type { D } from './orders.dto';`, DOOR),
  fault('a door with a roundabout import', door, `import { R } from './orders.repository'; export { R };`, DOOR),
  fault('a door with code', door, `export const answer = 42;`, DOOR),
  fault('a door that passes on platform', door, `export * from '@platform/errors';`, DOOR),

  fault('forwardRef', 'libs/orders/src/orders.module.ts', `const x = forwardRef(() => Y);`, /hides a cycle/),
  fault('forwardRef in an app', 'apps/api/src/app.module.ts', `const x = nest.forwardRef(() => Y);`, /hides a cycle/),
  fault(
    '@InjectRepository',
    'libs/orders/src/orders.repository.ts',
    `import { InjectRepository } from '@nestjs/typeorm'; class R { constructor(@InjectRepository(O) private o: X) {} }`,
    DATABASE,
  ),
  fault('getRepository', 'libs/orders/src/orders.repository.ts', `const r = manager.getRepository(Order);`, DATABASE),
  fault('a DataSource', 'libs/platform/src/auth/keys.ts', `import { DataSource as D } from 'typeorm';`, DATABASE),

  fault('process.env', service, `const url = process.env.DATABASE_URL;`, ENVIRONMENT),
  fault("process['env']", 'apps/api/src/main.ts', `const url = process['env'].DATABASE_URL;`, ENVIRONMENT),
  fault('globalThis.process.env', service, `const env = globalThis.process.env;`, ENVIRONMENT),
  fault('env taken out of process', service, `const { env: settings } = process;`, ENVIRONMENT),
  fault('env imported', service, `import { env } from 'node:process';`, ENVIRONMENT),
  fault(
    'process.env in the gateway, not its settings',
    'apps/sandbox-gateway/src/main.ts',
    `process.env;`,
    ENVIRONMENT,
  ),

  fault('a file of 301 lines', service, lines(301), /301 lines of at most 300/),
  fault('a function of 71 lines', service, `function place() {\n${lines(69)}}`, /place in line 1 has 71 lines/),
  fault('an arrow of 71 lines', service, `const f = () => {\n${lines(69)}};`, /in line 1 has 71 lines/),
  fault('a method of 71 lines', service, `class S {\n  place() {\n${lines(69)}}}`, /place in line 2 has 71 lines/),
];
