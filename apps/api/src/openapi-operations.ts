import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { POLICY, type Policy } from '@platform/auth';
import { IDEMPOTENT } from '@platform/http';
import { exampleOf } from './openapi-examples';

type PathItem = NonNullable<OpenAPIObject['paths'][string]>;
type Operation = NonNullable<PathItem['get']>;
type Handler = (...parameters: never[]) => unknown;

/** A route's handler with its class: what a route demands may stand at either. */
interface Route {
  handler: Handler;
  controller: object;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/** Adds to each operation what follows from its decorators: who may call it, its Idempotency-Key, its error answers. */
export function completeOperations(document: OpenAPIObject, app: NestFastifyApplication): OpenAPIObject {
  const routes = routesByName(app);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      const route =
        routes.get(operation?.operationId?.replace(/V\d+$/, '') ?? '') ?? routes.get(operation?.operationId ?? '');
      if (operation && route) complete(operation, method, path, route);
    }
  }
  return document;
}

function complete(operation: Operation, method: (typeof METHODS)[number], path: string, route: Route): void {
  const policy = (Reflect.getMetadata(POLICY, route.handler) ??
    Reflect.getMetadata(POLICY, route.controller)) as Policy;
  const isIdempotent = Reflect.getMetadata(IDEMPOTENT, route.handler) === true;
  operation.security = policy.kind === 'public' ? [] : [{ bearer: [] }];
  if (policy.kind === 'permission') {
    operation.description = `${operation.description ?? ''}\n\nNeeds the permission \`${policy.permission}\`.`.trim();
  }
  for (const parameter of operation.parameters ?? []) {
    if ('name' in parameter && parameter.in === 'path') parameter.example = exampleOf(method, path, parameter.name);
  }
  const takesKey = isIdempotent || (policy.kind !== 'public' && (method === 'post' || method === 'patch'));
  if (takesKey) operation.parameters = [...(operation.parameters ?? []), idempotencyKey(isIdempotent)];
  operation.responses['default'] = {
    description: 'A problem (RFC 9457); `code` tells which.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
  };
}

function idempotencyKey(required: boolean) {
  return {
    name: 'Idempotency-Key',
    in: 'header' as const,
    required,
    description:
      'Any string that is new for a new request; the same key with the same request gets the first answer again.',
    schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
  };
}

/** Every route's handler by its method name, which is its operationId and unique over all controllers. */
function routesByName(app: NestFastifyApplication): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      const prototype = (metatype as { prototype: Record<string, Handler> }).prototype;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler === 'function') routes.set(name, { handler, controller: metatype as object });
      }
    }
  }
  return routes;
}
