import type { ApiClient } from './api-client';
import { expectStatus } from './orders';

/** As much of a JSON Schema as our document uses. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  example?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  example?: unknown;
  schema: Schema;
}

/** A route, as the OpenAPI document describes it. */
export interface Operation {
  id: string;
  method: string;
  /** With its parameters in braces. */
  path: string;
  tags: string[];
  needsSignIn: boolean;
  /** Who may call it: `public`, `signedIn`, or the permission that it demands. */
  policy: string;
  /** For who is signed in: what an API key must be made for, any one of these; none lets no key in. */
  keyPermissions: string[];
  /** `catalog:write`, if it needs one. */
  permission?: string;
  /** Whether the session must have proved again who is using it. */
  needsStepUp: boolean;
  parameters: Parameter[];
  /** The schema of its JSON body, without references. */
  body?: Schema;
  /** A body that works. */
  example?: Record<string, unknown>;
  /** Whether it demands an Idempotency-Key, only honours one, or knows of none. */
  key: 'required' | 'optional' | 'none';
}

export interface ApiDocument {
  paths: Record<string, Record<string, any>>;
  components: { schemas: Record<string, Schema> };
  tags?: Array<{ name: string; description?: string }>;
}

/** The document that an api serves; only a built one knows the texts and types of its classes. */
export async function readDocument(api: ApiClient): Promise<ApiDocument> {
  return expectStatus(await api.get('/docs-json'), 200).body;
}

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => toOperation(document, method.toUpperCase(), path, operation)),
  );
}

function toOperation(document: ApiDocument, method: string, path: string, operation: any): Operation {
  const { operationId: id, tags, security, parameters = [], requestBody, description = '' } = operation;
  const json = requestBody?.content?.['application/json'];
  const body = json && resolve(document, json.schema);
  const key = parameters.find(({ name }: Parameter) => name === 'Idempotency-Key');
  return {
    ...{ id, method, path, tags, body, parameters },
    needsSignIn: security.length > 0,
    policy: operation['x-policy'],
    keyPermissions: operation['x-key-permissions'] ?? [],
    needsStepUp: description.includes('Needs a step-up'),
    permission: /permission `([\w:]+)`/.exec(description)?.[1],
    example: json && (json.example ?? exampleOf(body)),
    key: key === undefined ? 'none' : key.required ? 'required' : 'optional',
  };
}

/** The schema with what it refers to in place of the references. */
function resolve(document: ApiDocument, { $ref, allOf, ...own }: Schema): Schema {
  const named = $ref === undefined ? {} : document.components.schemas[$ref.split('/').at(-1) ?? ''];
  const parts = [...(allOf ?? []), ...($ref === undefined ? [] : [named ?? {}])].map((part) => resolve(document, part));
  const schema: Schema = Object.assign({}, ...parts, own);
  if (schema.items) schema.items = resolve(document, schema.items);
  if (schema.properties) {
    const properties = Object.entries(schema.properties).map(([name, property]) => [name, resolve(document, property)]);
    schema.properties = Object.fromEntries(properties) as Record<string, Schema>;
  }
  return schema;
}

/** What Swagger UI would fill in. */
export function exampleOf(schema: Schema): any {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.items) return [exampleOf(schema.items)];
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 0)
    return Object.fromEntries(properties.map(([name, property]) => [name, exampleOf(property)]));
  return { string: 'text', integer: 1, number: 1, boolean: true, array: [], object: {} }[String(schema.type)];
}
