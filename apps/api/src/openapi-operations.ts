import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { POLICY, STEP_UP, type Policy } from '@platform/auth';
import { IDEMPOTENT, NEVER_REPLAYED } from '@platform/http';
import { describeCommonAnswers } from './openapi-answers';
import { bodyExampleOf, exampleOf } from './openapi-examples';
import { problemContent } from './openapi-problems';
import { completeSchemas, textLimitsOf, type Class } from './openapi-schemas';

type PathItem = NonNullable<OpenAPIObject['paths'][string]>;
type Operation = NonNullable<PathItem['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Handler = (...parameters: never[]) => unknown;

/** A route's handler with its class: what a route demands may stand at either. */
interface Route {
  handler: Handler;
  controller: object;
  /** The types of its parameters: bodies and queries are among them. */
  takes: Class[];
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/** What a path parameter looks like. */
const PATH_PARAMETERS: Record<string, object> = {
  id: { type: 'string', format: 'uuid' },
  name: { type: 'string', pattern: '^[a-z0-9-]{1,32}$', maxLength: 32 },
  sku: { type: 'string', pattern: '^[A-Z0-9][A-Z0-9-]{0,63}$', maxLength: 64 },
};

const PATH_WORDS: Record<string, string> = {
  id: 'Its id; one that is none, or names nothing of yours, is a 404',
  name: 'The provider to sign in with',
  sku: 'The product',
  provider: 'The payment gateway',
};

/**
 * Adds to each operation what follows from its decorators: who may call it, its Idempotency-Key, its error answers; and
 * to each model how long its texts may be.
 */
export function completeOperations(document: OpenAPIObject, app: NestFastifyApplication): OpenAPIObject {
  const routes = routesByName(app);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      const route =
        routes.get(operation?.operationId?.replace(/V\d+$/, '') ?? '') ?? routes.get(operation?.operationId ?? '');
      if (!operation || !route) continue;
      complete(operation, method, path, route);
      describeBody(operation, document.components?.schemas ?? {});
    }
  }
  return completeSchemas(document, new Set([...routes.values()].flatMap(({ takes }) => takes)));
}

function complete(operation: Operation, method: (typeof METHODS)[number], path: string, route: Route): void {
  const policy = policyOf(operation, route);
  const isIdempotent = Reflect.getMetadata(IDEMPOTENT, route.handler) === true;
  operation.security = policy.kind === 'public' ? [] : [{ bearer: [] }];
  if (policy.kind === 'permission') {
    operation.description = `${operation.description ?? ''}\n\nNeeds the permission \`${policy.permission}\`.`.trim();
  }
  const stepUp = Reflect.getMetadata(STEP_UP, route.handler) === true;
  if (stepUp) operation.description = `${operation.description ?? ''}\n\nNeeds a step-up: POST /auth/step-up.`.trim();
  operation.description ||= policy.kind === 'public' ? 'Public.' : 'For who is signed in.';
  describeParameters(operation, method, path, route);
  const isNeverReplayed = Reflect.getMetadata(NEVER_REPLAYED, route.handler) === true;
  const mayTakeKey = policy.kind !== 'public' && !isNeverReplayed && (method === 'post' || method === 'patch');
  const takesKey = isIdempotent || mayTakeKey;
  if (takesKey) operation.parameters = [...(operation.parameters ?? []), idempotencyKey(isIdempotent)];
  describeAnswers(operation);
  describeCommonAnswers(operation, path, { permission: policy.kind === 'permission', stepUp, key: takesKey });
}

/** Also written down for machines: `x-policy` is `public`, `signedIn` or the permission; `x-key-permissions` let an API key in. */
function policyOf(operation: Operation, { handler, controller }: Route): Policy {
  const policy = (Reflect.getMetadata(POLICY, handler) ?? Reflect.getMetadata(POLICY, controller)) as
    Policy | undefined;
  if (!policy)
    throw new Error(`${operation.operationId} declares no policy: @Public(), @SignedIn() or @RequirePermission(…).`);
  const words = operation as { 'x-policy'?: string; 'x-key-permissions'?: string[] };
  words['x-policy'] = policy.kind === 'permission' ? policy.permission : policy.kind;
  if (policy.kind === 'signedIn' && policy.keyPermissions?.length) words['x-key-permissions'] = policy.keyPermissions;
  return policy;
}

function describeParameters(operation: Operation, method: string, path: string, { takes }: Route): void {
  const limits = new Map(takes.flatMap((type) => [...textLimitsOf(type)]));
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    if (parameter.in === 'query') Object.assign(parameter.schema ?? {}, limits.get(parameter.name));
    if (parameter.in !== 'path') continue;
    parameter.description ??= PATH_WORDS[parameter.name];
    parameter.example = exampleOf(method, path, parameter.name);
    parameter.schema = PATH_PARAMETERS[parameter.name] ?? parameter.schema;
  }
}

/** An example that works as it is; and a body of which nothing is required may be left out. */
function describeBody({ requestBody, operationId = '' }: Operation, schemas: Schemas): void {
  if (!requestBody || !('content' in requestBody)) return;
  const json = requestBody.content['application/json'];
  const example = bodyExampleOf(operationId);
  if (json && example) json.example = example;
  const name = json?.schema && '$ref' in json.schema ? json.schema.$ref.split('/').at(-1) : undefined;
  const schema = schemas[name ?? ''];
  if (schema && !('$ref' in schema)) requestBody.required = (schema.required ?? []).length > 0;
}

function describeAnswers({ responses }: Operation): void {
  for (const [status, answer] of Object.entries(responses)) {
    if (Number(status) < 400 || !answer || '$ref' in answer || answer.content) continue;
    answer.content = problemContent(status, answer.description);
  }
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
        if (typeof handler !== 'function') continue;
        const takes = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Class[];
        routes.set(name, { handler, controller: metatype as object, takes });
      }
    }
  }
  return routes;
}
