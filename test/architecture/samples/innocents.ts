import type { Innocent } from './index';

const innocent = (name: string, file: string, code: string): Innocent => ({ name, file, code });

const service = 'libs/orders/src/orders.service.ts';
const repository = 'libs/orders/src/orders.repository.ts';
const rules = 'libs/orders/src/returns/return.rules.ts';

export const innocents: Innocent[] = [
  innocent(
    'a well-behaved service',
    service,
    `import { Injectable } from '@nestjs/common';
     import { InventoryFacade, type Hold } from '@app/inventory';
     import { UnitOfWork } from '@platform/database';
     import type { Order } from './order.entity';
     import { OrdersRepository } from './orders.repository';
     import { canCancel } from './order.rules';
     // A comment may speak of forwardRef, DataSource, process.env and of \`select 1 from inventory.levels\`.
     @Injectable() export class OrdersService {
       constructor(private readonly uow: UnitOfWork, private readonly inventory: InventoryFacade) {}
     }`,
  ),
  innocent(
    'a controller with HTTP, dtos and a service',
    'libs/orders/src/orders.controller.ts',
    `import { Body, Controller, NotFoundException } from '@nestjs/common';
     import { ApiTags } from '@nestjs/swagger';
     import { PlaceOrderRequest } from './orders.dto';
     import { OrdersService } from './orders.service';`,
  ),
  innocent(
    'rules that compute',
    rules,
    `import { createHash } from 'node:crypto';
     import { AppError } from '@platform/errors';
     import type { PricedLine } from '@app/catalog';
     import type { Order } from './order.entity';
     import { orderNotCancellable } from './orders.errors';
     import { roundHalfUp } from '../money.rules.js';
     import { type Line } from './line.entity';
     import type { Line as PlainLine } from './order.types';`,
  ),
  innocent('the spec of rules', 'libs/orders/src/order.rules.spec.ts', `import { readFileSync } from 'node:fs';`),
  innocent(
    'a door as it should be',
    'libs/orders/src/index.ts',
    `export { OrdersModule } from './orders.module';
     export * from './orders.worker.module';
     export { OrdersFacade } from './orders.facade';
     export * from './orders.events';
     export type * from './order.types';
     export * from './returns/returns.facade';
     import { OrdersV2Module } from './orders-v2.module';
     export { OrdersV2Module };
     export { ordersMigrations } from './migrations';`,
  ),
  innocent(
    'a door of platform',
    'libs/platform/src/http/index.ts',
    `export * from './problem.filter'; export const a = 1;`,
  ),
  innocent('an app through doors', 'apps/api/src/main.ts', `import { A } from '@app/orders'; import '@platform/http';`),
  innocent(
    'a file of a sub-feature',
    'libs/orders/src/returns/returns.service.ts',
    `import { O } from '../order.rules';`,
  ),
  innocent('migrations by their folder', 'libs/orders/src/orders.module.ts', `import { m } from './migrations';`),
  innocent(
    'the settings of the gateway',
    'apps/sandbox-gateway/src/settings.ts',
    `export const port = process.env.PORT;`,
  ),
  innocent(
    'the gateway and its own store',
    'apps/sandbox-gateway/src/store.ts',
    `db.exec('select 1 from users.cards');`,
  ),
  innocent('config', 'libs/platform/src/config/load.ts', `export const load = (env = process.env) => env;`),
  innocent('the environment of a spec', 'libs/platform/src/http/a.spec.ts', `const before = process.env.TZ;`),
  innocent('an env that is not of the process', service, `const { env } = settings; use(settings.env, process.pid);`),
  innocent(
    'a DataSource in platform/database',
    'libs/platform/src/database/a.ts',
    `import { DataSource } from 'typeorm';`,
  ),
  innocent('a fake DataSource in a spec', 'libs/platform/src/auth/a.spec.ts', `const fake = {} as DataSource;`),
  innocent(
    'HTTP inside platform/http',
    'libs/platform/src/http/replay.service.ts',
    `import type { F } from 'fastify';`,
  ),
  innocent('an exception filter of Nest', service, `import { Injectable, Logger } from '@nestjs/common';`),
  innocent('a pg error by type', repository, `import type { DatabaseError } from 'pg';`),

  innocent(
    'SQL of the own schema',
    repository,
    `const sql = \`with wanted as (select * from unnest($1::uuid[], $2::int[]) as w(id, inventory))
       insert into orders.orders as o (id, users) select w.id, orders.next_number() from wanted w, orders.counters c
       where o.inventory is distinct from inventory.amount and extract(epoch from users.created_at) > 0 -- from catalog.products
       order by o.id, inventory.amount\`;`,
  ),
  innocent(
    'names of events',
    'libs/orders/src/a-when-b.handler.ts',
    `on('catalog.product_changed'); log('users.erased');`,
  ),
  innocent('a `from` that is no query', 'libs/orders/src/orders.dto.ts', `OrderResponse.from('users');`),
  innocent('books along the arrows', 'libs/orders/src/orders.books.ts', `const q = 'select 1 from inventory.holds h';`),
  innocent(
    'rows that platform offers to the books',
    'libs/orders/src/orders.books.ts',
    `const q = 'select told from platform.latest_answers(201) join platform.audited_actions($1) on true';`,
  ),
  innocent(
    'a migration with a trigger of platform',
    'libs/orders/src/migrations/0001-orders.ts',
    `const sql = 'create trigger t before update on orders.orders for each row execute function platform.touch()';`,
  ),
  innocent(
    'an entity in its schema',
    'libs/orders/src/order.entity.ts',
    `@Entity({ schema: 'orders' }) class Order {}`,
  ),
  innocent('SQL in a spec', 'libs/orders/src/orders.spec.ts', `const sql = 'select 1 from inventory.levels';`),

  innocent('a file of 300 lines', service, 'step();\n'.repeat(300)),
  innocent('a function of 70 lines', service, `function place() {\n${'step();\n'.repeat(68)}}`),
  innocent('a long migration', 'libs/orders/src/migrations/0001-orders.ts', 'step();\n'.repeat(900)),
  innocent('a long spec', 'libs/orders/src/orders.service.spec.ts', 'step();\n'.repeat(900)),
  innocent(
    'a short method under many decorators',
    'libs/orders/src/orders.controller.ts',
    `class C {\n${'@Api()\n'.repeat(80)}list() {}\n}`,
  ),
];
